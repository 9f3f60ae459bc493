using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>
/// Are functions localised? The two secondary tests of the corrected variant; the primary one is <see cref="PseudoF.TestRows"/> over the
/// rows of the residuals. Adjust the three p-values together (Holm).
/// </summary>
public static class Localisation
{
    /// <summary>The group of data sets each module matters to most: argmax over groups of its mean residual, ties to the first.</summary>
    /// <param name="residuals">Ĩ, (data sets, modules).</param>
    /// <param name="groups">The group (function) of every data set.</param>
    /// <returns>(modules): a group, numbered as in the partition.</returns>
    public static int[] PreferredGroups(double[,] residuals, Partition groups)
    {
        var (dataSets, modules) = Scaling.Shape(residuals);
        Partition.CheckFits(groups, dataSets, "list of data sets");
        return PreferredGroups(residuals, groups.Labels, new double[groups.Count, modules]);
    }

    /// <summary>
    /// Do module communities follow the preferred functions? Adjusted Rand index between the two, against permuted functions of the data
    /// sets, with the preferences worked out anew every time.
    /// </summary>
    /// <remarks>
    /// Modules of one community have like profiles and so prefer alike under any labels: the null mean lies far above 0 where communities
    /// are clear. Compare with it, not with 0.
    /// </remarks>
    /// <param name="residuals">Ĩ, (data sets, modules).</param>
    /// <param name="functions">The function of every data set.</param>
    /// <param name="communities">The communities of the modules.</param>
    /// <param name="seed">Of the permutations.</param>
    /// <param name="permutations">Number of permutations.</param>
    /// <param name="units">Data sets that move together, each unit inside one function; none = each by itself.</param>
    /// <param name="cancellationToken">Looked at between permutations.</param>
    public static PermutationTest TestModules(
        double[,] residuals,
        Partition functions,
        Partition communities,
        int seed,
        int permutations = 999,
        Partition? units = null,
        CancellationToken cancellationToken = default)
    {
        var (dataSets, modules) = Scaling.Shape(residuals);
        Partition.CheckFits(functions, dataSets, "list of data sets");
        Partition.CheckFits(communities, modules, "list of modules");
        units ??= Partition.Singletons(dataSets);
        Partition.CheckFits(units, dataSets, "list of data sets");
        var random = new RandomStream(seed, "permutations");
        var unitLabels = UnitDistances.LabelsOf(units, functions);
        var (labels, sums) = (new int[dataSets], new double[functions.Count, modules]);
        double Draw()
        {
            for (var d = 0; d < dataSets; d++)
                labels[d] = unitLabels[units[d]];
            return Agreement.AdjustedRand(communities, new Partition(PreferredGroups(residuals, labels, sums)));
        }

        var observed = Draw();
        return PermutationTest.Run(observed, permutations, () =>
        {
            random.Shuffle(unitLabels.AsSpan());
            return Draw();
        }, cancellationToken);
    }

    /// <summary>
    /// Do skill communities follow the functions more than the skills' own counts make them? Adjusted Rand index of the corrected skills
    /// network's communities, against the same with the data sets of the importances permuted: X alone clusters by function, so 0 is not
    /// what chance gives.
    /// </summary>
    /// <param name="counts">X, (data sets, skills).</param>
    /// <param name="importance">I, (data sets, modules).</param>
    /// <param name="functions">The function of every skill.</param>
    /// <param name="seed">Of the permutations.</param>
    /// <param name="permutations">Number of permutations; each looks for communities anew.</param>
    /// <param name="options">How communities are found.</param>
    /// <param name="cancellationToken">Looked at between permutations.</param>
    public static PermutationTest TestSkills(
        NamedMatrix counts,
        NamedMatrix importance,
        Partition functions,
        int seed,
        int permutations = 199,
        ConsensusOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        Partition.CheckFits(functions, counts.Columns.Count, "list of skills");
        double Measure(NamedMatrix rows)
        {
            var network = ProjectedNetworks.Corrected(counts, rows).Skills.Graph;
            return Agreement.AdjustedRand(Consensus.Find(network, options, cancellationToken).Partition, functions);
        }

        var random = new RandomStream(seed, "permutations");
        int[] order = [.. Enumerable.Range(0, importance.Rows.Count)];
        return PermutationTest.Run(Measure(importance), permutations, () =>
        {
            random.Shuffle(order.AsSpan());
            return Measure(importance.With(Reordered(importance.Values, order)));
        }, cancellationToken);
    }

    private static int[] PreferredGroups(double[,] residuals, ReadOnlySpan<int> labels, double[,] sums)
    {
        var (groups, modules) = (sums.GetLength(0), sums.GetLength(1));
        Array.Clear(sums);
        var sizes = new int[groups];
        for (var d = 0; d < labels.Length; d++)
        {
            sizes[labels[d]]++;
            for (var w = 0; w < modules; w++)
                sums[labels[d], w] += residuals[d, w];
        }

        var preferred = new int[modules];
        for (var w = 0; w < modules; w++)
        {
            for (var g = 1; g < groups; g++)
            {
                if (sums[g, w] / sizes[g] > sums[preferred[w], w] / sizes[preferred[w]])
                    preferred[w] = g;
            }
        }

        return preferred;
    }

    private static double[,] Reordered(double[,] values, int[] order)
    {
        var moved = new double[values.GetLength(0), values.GetLength(1)];
        for (var i = 0; i < order.Length; i++)
        {
            for (var j = 0; j < moved.GetLength(1); j++)
                moved[i, j] = values[order[i], j];
        }

        return moved;
    }
}
