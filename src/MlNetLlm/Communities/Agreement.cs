namespace MlNetLlm.Communities;

/// <summary>How far two partitions of the same nodes agree, whatever their communities are called.</summary>
/// <remarks>
/// Pair measures count pairs of nodes: S together in both, A together in the first, B in the second, of N = n(n−1)/2.
/// Information measures use natural logarithms, and the arithmetic mean of the two entropies where they normalise.
/// Two equal partitions score 1 by every measure, also where a formula would divide 0 by 0.
/// </remarks>
public static class Agreement
{
    /// <summary>Rand index: the share of pairs on which both partitions say the same, (N + 2S − A − B) / N.</summary>
    public static double Rand(Partition first, Partition second)
    {
        var (s, a, b, n) = Pairs(new Contingency(first, second));
        return n == 0 ? 1 : (n + 2 * s - a - b) / n;
    }

    /// <summary>
    /// Adjusted Rand index (Hubert and Arabie 1985): (S − AB/N) / ((A + B)/2 − AB/N); 0 expected by chance, 1 when equal.
    /// </summary>
    public static double AdjustedRand(Partition first, Partition second)
    {
        var (s, a, b, n) = Pairs(new Contingency(first, second));
        if (s == a && s == b)
            return 1;
        var expected = a * b / n;
        return (s - expected) / ((a + b) / 2 - expected);
    }

    /// <summary>Jaccard index over pairs: S / (A + B − S).</summary>
    public static double PairJaccard(Partition first, Partition second)
    {
        var (s, a, b, _) = Pairs(new Contingency(first, second));
        return a + b == s ? 1 : s / (a + b - s);
    }

    /// <summary>Mutual information I = Σ n_ij/n · ln(n n_ij / (a_i b_j)), in nats.</summary>
    public static double MutualInformation(Partition first, Partition second) => Information(new Contingency(first, second));

    /// <summary>The mutual information expected of random partitions with the same community sizes, in nats; exact.</summary>
    public static double ExpectedMutualInformation(Partition first, Partition second)
        => Communities.ExpectedMutualInformation.Of(new Contingency(first, second));

    /// <summary>
    /// Normalised mutual information: I over the mean entropy. Rises with the number of communities; see the adjusted one.
    /// </summary>
    public static double NormalisedMutualInformation(Partition first, Partition second)
    {
        var table = new Contingency(first, second);
        var entropy = MeanEntropy(table);
        return first.Equals(second) ? 1 : entropy == 0 ? 0 : Information(table) / entropy;
    }

    /// <summary>Adjusted mutual information (Vinh, Epps and Bailey 2010): (I − E[I]) / (mean entropy − E[I]).</summary>
    public static double AdjustedMutualInformation(Partition first, Partition second)
    {
        var table = new Contingency(first, second);
        if (first.Equals(second))
            return 1;
        var expected = Communities.ExpectedMutualInformation.Of(table);
        var room = MeanEntropy(table) - expected;
        return Math.Abs(room) < 1e-15 ? 0 : (Information(table) - expected) / room;
    }

    /// <summary>
    /// Mean Jaccard index of matched communities: the one-to-one matching with the highest sum, over the larger number of communities
    /// (a community without a partner counts 0).
    /// </summary>
    public static double BestMatchJaccard(Partition first, Partition second)
    {
        var table = new Contingency(first, second);
        var overlap = new double[first.Count, second.Count];
        foreach (var (i, j, count) in table.Cells)
            overlap[i, j] = (double)count / (table.FirstSizes[i] + table.SecondSizes[j] - count);
        var (sum, larger) = (0.0, Math.Max(first.Count, second.Count));
        foreach (var (i, j) in Assignment.Highest(overlap))
            sum += overlap[i, j];
        return larger == 0 ? 1 : sum / larger;
    }

    /// <summary>The published "Jaccard": a / (2n − a), a the number of nodes whose two labels are the same number.</summary>
    /// <remarks>
    /// It compares label numbers, so renaming a community changes it: two equal partitions may score 0. Only for comparison with the
    /// paper's figures; use <see cref="PairJaccard"/> or <see cref="BestMatchJaccard"/>.
    /// </remarks>
    public static double LabelJaccard(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"One list has {first.Length} labels, the other {second.Length}; both label the same nodes.");
        var equal = 0;
        for (var node = 0; node < first.Length; node++)
            equal += first[node] == second[node] ? 1 : 0;
        return first.Length == 0 ? 1 : (double)equal / (2 * first.Length - equal);
    }

    /// <summary>Mean adjusted Rand index over all pairs of partitions: how stable repeated runs are. 1 for a single one.</summary>
    public static double MeanAdjustedRand(IReadOnlyList<Partition> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        if (partitions.Count < 2)
            return 1;
        var sums = new double[partitions.Count];
        Parallel.For(1, partitions.Count, i =>
        {
            for (var j = 0; j < i; j++)
                sums[i] += AdjustedRand(partitions[i], partitions[j]);
        });
        return sums.Sum() / (partitions.Count * (partitions.Count - 1) / 2.0);
    }

    private static (double S, double A, double B, double N) Pairs(Contingency table)
    {
        static double Choose2(double n) => n * (n - 1) / 2;
        return (
            table.Cells.Sum(cell => Choose2(cell.Count)), table.FirstSizes.Sum(size => Choose2(size)),
            table.SecondSizes.Sum(size => Choose2(size)), Choose2(table.NodeCount));
    }

    private static double Information(Contingency table)
    {
        var (n, sum) = ((double)table.NodeCount, 0.0);
        foreach (var (i, j, count) in table.Cells)
            sum += count / n * Math.Log(n * count / ((double)table.FirstSizes[i] * table.SecondSizes[j]));
        return Math.Max(0, sum);                              // never below 0 but by rounding
    }

    private static double MeanEntropy(Contingency table)
    {
        var n = (double)table.NodeCount;
        double Entropy(int[] sizes) => -sizes.Sum(size => size / n * Math.Log(size / n));
        return (Entropy(table.FirstSizes) + Entropy(table.SecondSizes)) / 2;
    }
}
