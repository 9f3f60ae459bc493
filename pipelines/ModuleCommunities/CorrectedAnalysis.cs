using MlNetLlm.Communities;
using MlNetLlm.Evaluation;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>The corrected variant: residuals of the importances, communities of their correlations, tests against permutations.</summary>
internal sealed class CorrectedAnalysis(NetworkOptions options, IQuestions questions, int seed, CancellationToken cancellation)
{
    /// <summary>JSON has no infinity.</summary>
    private const double LargestF = 1e9;

    /// <summary>Louvain runs of a consensus that every permutation looks for anew.</summary>
    private const int RunsOfDraws = 10;

    private readonly int[] _pure = [.. questions.Sets.Index().Where(set => set.Item.Pure).Select(set => set.Index)];

    /// <summary>Analyses importances.</summary>
    /// <param name="importance">(data sets, modules), the rows of the questions.</param>
    /// <param name="halves">The same measured on two halves of the calibration questions; null = not measured.</param>
    /// <param name="counts">X; null = the questions' own.</param>
    public CorrectedResult Run(NamedMatrix importance, (NamedMatrix First, NamedMatrix Second)? halves = null, NamedMatrix? counts = null)
    {
        counts ??= questions.Counts;
        var residuals = PureResiduals(importance);
        var (functions, units, surfaces) = (Labels(set => set.Function), Labels(set => set.Unit), Labels(set => set.Surface));
        var network = ProjectedNetworks.Corrected(counts, importance);
        var graph = network.Modules.Graph;
        var consensus = Consensus.Find(graph, options.Consensus(seed), cancellation);
        var t1 = Bounded(PseudoF.TestRows(residuals, functions, seed, options.Permutations, units, cancellation));
        var t2 = Localisation.TestModules(
            residuals, functions, consensus.Partition, seed, options.Permutations, units, cancellation);
        var t3 = Localisation.TestSkills(
            counts, importance, questions.Taxonomy.ByFunction(counts.Columns), seed, options.CommunityPermutations,
            Few, cancellation);
        var bands = Bands(importance, graph);
        Partition[]? found = halves is { } measured ? [Found(measured.First), Found(measured.Second)] : null;
        var sigma = SmallWorld.Of(graph, seed, cancellationToken: cancellation).Index;
        return new CorrectedResult(
            t1,
            surfaces.Count < 2 ? null
                : Bounded(PseudoF.TestRowsWithin(residuals, surfaces, units, seed, options.Permutations, cancellation)),
            t2, t3,
            Significance.Holm([t1.P, t2.P, t3.P]), [.. consensus.Partition.Labels], consensus.MeanAdjustedRand,
            bands[0], bands[1], NodeRoles.Participation(graph, consensus.Partition).Max(), bands[2], bands[3],
            [.. Spectra.Shares(Spectra.Gram(network.SkillsByModules.Values)).Take(3)],
            double.IsFinite(sigma) ? sigma : null,
            halves is { } two ? Reliability(two.First, two.Second) : null,
            found?.Select(half => half.Labels.ToArray()).ToList(),
            found is [var first, var second] ? Agreement.AdjustedRand(first, second) : null);
    }

    /// <summary>A test whose F has no bound, because rows of a group are all alike, with the largest F that is written down.</summary>
    public static PermutationTest Bounded(PermutationTest test) => double.IsFinite(test.Statistic + test.NullMean) ? test : test with
    {
        Statistic = Math.Min(test.Statistic, LargestF),
        NullMean = Math.Min(test.NullMean, LargestF),
        NullDeviation = double.IsFinite(test.NullDeviation) ? test.NullDeviation : 0,
    };

    /// <summary>T1's F on the residual rows, for labels shuffled by unit: how often it is called significant at 5 %.</summary>
    public double FalsePositives(NamedMatrix importance)
    {
        var residuals = PureResiduals(importance);
        var (units, random) = (Labels(set => set.Unit), new RandomStream(seed, "label shuffles"));
        var byUnit = _pure.GroupBy(row => questions.Sets[row].Unit).Select(unit => questions.Sets[unit.First()].Function).ToArray();
        var significant = 0;
        for (var shuffle = 0; shuffle < options.Shuffles; shuffle++)
        {
            random.Shuffle(byUnit.AsSpan());
            var functions = Partition.Of(Enumerable.Range(0, _pure.Length).Select(row => byUnit[units[row]]));
            significant += PseudoF.TestRows(residuals, functions, seed + shuffle, 199, units, cancellation).P <= 0.05 ? 1 : 0;
        }
        return (double)significant / options.Shuffles;
    }

    /// <summary>Ĩ of the data sets of one skill: Pearson residuals of the row shares.</summary>
    public double[,] PureResiduals(NamedMatrix importance)
    {
        var taken = new double[_pure.Length, importance.Columns.Count];
        for (var i = 0; i < _pure.Length; i++)
            for (var j = 0; j < importance.Columns.Count; j++)
                taken[i, j] = importance.Values[_pure[i], j];
        return Scaling.PearsonResiduals(Scaling.RowShares(taken));
    }

    /// <summary>The communities of the modules.</summary>
    public Partition Found(NamedMatrix importance)
    {
        var graph = ProjectedNetworks.Corrected(questions.Counts, importance).Modules.Graph;
        return Consensus.Find(graph, options.Consensus(seed), cancellation).Partition;
    }

    /// <summary>The functions of the data sets of one skill.</summary>
    public Partition Functions => Labels(set => set.Function);

    private Partition Labels(Func<QuestionSet, string> label) => Partition.Of(_pure.Select(row => label(questions.Sets[row])));

    private double Reliability(NamedMatrix first, NamedMatrix second)
    {
        var (a, b) = (PureResiduals(first), PureResiduals(second));
        double[] rows = [.. Enumerable.Range(0, _pure.Length).Select(row => Correlation(a, b, row)).Order()];
        return (rows[(rows.Length - 1) / 2] + rows[rows.Length / 2]) / 2;
    }

    /// <summary>The correlation of a row of two matrices.</summary>
    public static double Correlation(double[,] a, double[,] b, int row)
    {
        var pair = new double[2, a.GetLength(1)];
        for (var j = 0; j < pair.GetLength(1); j++) (pair[0, j], pair[1, j]) = (a[row, j], b[row, j]);
        return Projections.Correlations(pair)[0, 1];
    }

    private ConsensusOptions Few => options.Consensus(seed) with { Runs = Math.Min(RunsOfDraws, options.LouvainRuns) };

    // Q, mean participation, spectral gap and leading eigenvalue against networks of the same importances with every module's column
    // permuted over the data sets by itself: what is left when modules share no profile. Communities are found alike in all of them.
    private PermutationTest[] Bands(NamedMatrix importance, WeightedGraph graph)
    {
        var random = new RandomStream(seed, "column permutations");
        var observed = Measures(graph);
        var draws = Enumerable.Range(0, options.CommunityPermutations).Select(_ =>
        {
            cancellation.ThrowIfCancellationRequested();
            var shuffled = ProjectedNetworks.Corrected(questions.Counts, Permuted(importance, random)).Modules.Graph;
            return Measures(shuffled);
        }).ToList();
        return [.. observed.Select((value, i) =>
        {
            var next = 0;
            return PermutationTest.Run(value, draws.Count, () => draws[next++][i], cancellation);
        })];
    }

    // The lowest eigenvalue is 0 in every network: the gap after it says nothing.
    private double[] Measures(WeightedGraph graph)
    {
        var communities = Consensus.Find(graph, Few, cancellation).Partition;
        return
        [
            Modularity.Of(graph, communities), NodeRoles.Participation(graph, communities).Average(),
            Spectra.WidestGap(Spectra.NormalisedLaplacian(graph)[1..]).Width, Spectra.ModularityMatrix(graph)[0],
        ];
    }

    private static NamedMatrix Permuted(NamedMatrix matrix, RandomStream random)
    {
        var values = (double[,])matrix.Values.Clone();
        var order = Enumerable.Range(0, matrix.Rows.Count).ToArray();
        for (var j = 0; j < matrix.Columns.Count; j++)
        {
            random.Shuffle(order.AsSpan());
            for (var i = 0; i < order.Length; i++) values[i, j] = matrix.Values[order[i], j];
        }
        return matrix.With(values);
    }
}
