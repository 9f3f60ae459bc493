namespace MlNetLlm.Evaluation;

/// <summary>Which results count against the hypothesis of no effect.</summary>
public enum Alternative
{
    /// <summary>Differences of either sign.</summary>
    TwoSided,

    /// <summary>Only positive differences.</summary>
    Greater,

    /// <summary>Only negative differences.</summary>
    Less,
}

/// <summary>
/// Tests that assume nothing but exchangeability (Fisher 1935; Pitman 1937), and the correction for several of them. Each returns a
/// p-value: how often chance alone gives a result at least as extreme as the one observed.
/// </summary>
public static class Significance
{
    /// <summary>Differences that <see cref="ExactSignFlip"/> takes at most: 2^24 patterns of signs.</summary>
    public const int ExactLimit = 24;

    /// <summary>
    /// The sign-flip test of paired differences by all 2^n patterns: without an effect a difference is as likely to have the other sign.
    /// With n differences no p-value is below 2^(1-n) two-sided or 2^-n one-sided: three seeds never give less than 0.25.
    /// </summary>
    /// <param name="differences">One difference a unit, at most <see cref="ExactLimit"/>.</param>
    /// <param name="alternative">Which results count as extreme.</param>
    /// <exception cref="ArgumentException">There are none or too many differences, or one is not finite.</exception>
    public static double ExactSignFlip(ReadOnlySpan<double> differences, Alternative alternative = Alternative.TwoSided)
    {
        Samples.Check(nameof(ExactSignFlip), differences, atLeast: 1);
        if (differences.Length > ExactLimit)
            throw new ArgumentException(
                $"{nameof(ExactSignFlip)} got {differences.Length} differences; it takes at most {ExactLimit}. "
                + $"Use {nameof(PairedPermutation)}.");

        // Sums of both halves under all their patterns: a pattern's sum is one of each. Pattern 0 flips nothing.
        int half = differences.Length / 2;
        double[] left = SignedSums(differences[..half]), right = SignedSums(differences[half..]);
        var extreme = Extreme(left[0] + right[0], Tolerance(differences), alternative);
        long count = 0;
        foreach (double a in left)
            foreach (double b in right)
                if (extreme.Includes(a + b)) count++;
        return (double)count / ((long)left.Length * right.Length);
    }

    /// <summary>
    /// The sign-flip test of paired differences by random patterns. The observed pattern counts as one of them, so that
    /// <c>p = (1 + extreme) / (1 + samples)</c> is never 0 and the test keeps its level (Phipson and Smyth 2010).
    /// </summary>
    /// <param name="first">One value a unit.</param>
    /// <param name="second">The other, in the same order.</param>
    /// <param name="random">Draws the patterns.</param>
    /// <param name="samples">Patterns drawn.</param>
    /// <param name="alternative">Which signs of first - second count as extreme.</param>
    /// <exception cref="ArgumentException">The values do not pair, one is not finite, or no pattern is drawn.</exception>
    public static double PairedPermutation(
        ReadOnlySpan<double> first, ReadOnlySpan<double> second, Random random, int samples = 10_000,
        Alternative alternative = Alternative.TwoSided)
    {
        var differences = Samples.Differences(nameof(PairedPermutation), first, second);
        CheckSamples(nameof(PairedPermutation), samples);
        var extreme = Extreme(Samples.Sum(differences), Tolerance(differences), alternative);
        int count = 0;
        for (int s = 0; s < samples; s++)
        {
            double sum = 0;
            for (int i = 0; i < differences.Length; i += 31)   // 31 random bits serve 31 signs
            {
                int bits = random.Next();
                int end = Math.Min(i + 31, differences.Length);
                for (int j = i; j < end; j++, bits >>= 1) sum += (bits & 1) == 0 ? differences[j] : -differences[j];
            }

            if (extreme.Includes(sum)) count++;
        }

        return (1.0 + count) / (1.0 + samples);
    }

    /// <summary>
    /// The permutation test of two independent groups by the difference of their means: without an effect, which group a value is in does
    /// not matter. Random relabellings, counted as in <see cref="PairedPermutation"/>.
    /// </summary>
    /// <param name="first">Values of one group.</param>
    /// <param name="second">Values of the other.</param>
    /// <param name="random">Draws the relabellings.</param>
    /// <param name="samples">Relabellings drawn.</param>
    /// <param name="alternative">Which signs of mean(first) - mean(second) count as extreme.</param>
    /// <exception cref="ArgumentException">A group is empty, a value is not finite, or no relabelling is drawn.</exception>
    public static double Permutation(
        ReadOnlySpan<double> first, ReadOnlySpan<double> second, Random random, int samples = 10_000,
        Alternative alternative = Alternative.TwoSided)
    {
        Samples.Check(nameof(Permutation), first, atLeast: 1);
        Samples.Check(nameof(Permutation), second, atLeast: 1);
        CheckSamples(nameof(Permutation), samples);

        // The difference of means grows with the sum of the first group alone: compare its distance from the expected sum.
        double[] pooled = [.. first, .. second];
        double expected = Samples.Mean(pooled) * first.Length;
        var extreme = Extreme(Samples.Sum(first) - expected, Tolerance(pooled), alternative);
        int count = 0;
        for (int s = 0; s < samples; s++)
        {
            double sum = 0;
            for (int i = 0; i < first.Length; i++)              // a partial shuffle draws the first group
            {
                int j = random.Next(i, pooled.Length);
                (pooled[i], pooled[j]) = (pooled[j], pooled[i]);
                sum += pooled[i];
            }

            if (extreme.Includes(sum - expected)) count++;
        }

        return (1.0 + count) / (1.0 + samples);
    }

    /// <summary>
    /// Holm's step-down adjustment (Holm 1979): the k-th smallest of m p-values is multiplied by m - k + 1, and none may be below one
    /// before it. Rejecting what is at most α keeps the chance of any false rejection at α, whatever the dependence.
    /// </summary>
    /// <param name="pValues">P-values of one family.</param>
    /// <returns>Adjusted p-values, in the order given.</returns>
    /// <exception cref="ArgumentException">A value is not within 0..1.</exception>
    public static double[] Holm(ReadOnlySpan<double> pValues)
    {
        foreach (double p in pValues)
            if (!(p is >= 0 and <= 1)) throw new ArgumentException($"{nameof(Holm)} got p-value {p}; it must lie within 0..1.");
        double[] sorted = pValues.ToArray(), adjusted = new double[sorted.Length];
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(sorted, order);
        double greatest = 0;
        for (int k = 0; k < sorted.Length; k++)
        {
            greatest = Math.Max(greatest, Math.Min(1, (sorted.Length - k) * sorted[k]));
            adjusted[order[k]] = greatest;
        }

        return adjusted;
    }

    private static double[] SignedSums(ReadOnlySpan<double> values)
    {
        var sums = new double[1 << values.Length];
        for (int pattern = 0; pattern < sums.Length; pattern++)
            for (int i = 0; i < values.Length; i++) sums[pattern] += (pattern >> i & 1) == 0 ? values[i] : -values[i];
        return sums;
    }

    // Sums that are equal on paper may differ in their last digits; they must count as equal.
    private static double Tolerance(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += Math.Abs(value);
        return 1e-12 * sum;
    }

    private static ExtremeSet Extreme(double observed, double tolerance, Alternative alternative) => alternative switch
    {
        Alternative.Greater => new(double.NegativeInfinity, observed - tolerance),
        Alternative.Less => new(observed + tolerance, double.PositiveInfinity),
        _ => new(-Math.Abs(observed) + tolerance, Math.Abs(observed) - tolerance),
    };

    private static void CheckSamples(string operation, int samples)
    {
        if (samples < 1) throw new ArgumentException($"{operation} got {samples} samples; it must draw at least one.");
    }

    private readonly record struct ExtremeSet(double AtMost, double AtLeast)
    {
        public bool Includes(double value) => value <= AtMost || value >= AtLeast;
    }
}
