using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

/// <summary>What <see cref="AutoMLExperimentExtension.SetSmacTuner"/> lets one set.</summary>
internal sealed record SmacSettings(
    int InitialPopulation, int FitEvery, int Trees, int MinimumRows, float DimensionShare, int Parents, int RandomPoints,
    double Epsilon, int Neighbours);

/// <summary>
/// Sequential model-based optimisation (Hutter, Hoos, Leyton-Brown, LION 2011): after a random population, a random forest predicts the
/// loss of a point, and the points of highest expected improvement, found by local search from the best and among random ones, are next;
/// half of the candidates stay random.
/// </summary>
internal sealed class SmacTuner(SearchSpace.SearchSpace space, SmacSettings settings, int seed) : ITuner
{
    private const double NeighbourDeviation = 0.2;

    private readonly Random _random = new(seed);
    private readonly List<(double[] Point, double Loss)> _history = [];
    private readonly Queue<double[]> _candidates = [];

    public Parameter Propose(TrialSettings _)
    {
        if (_history.Count < settings.InitialPopulation) return space.SampleFromFeatureSpace(RandomPoint());
        if (_candidates.Count == 0) FindCandidates();
        return space.SampleFromFeatureSpace(_candidates.Dequeue());
    }

    public void Update(TrialResult result)
    {
        if (double.IsFinite(result.Loss))
            _history.Add((space.MappingToFeatureSpace(result.TrialSettings.Parameter), result.Loss));
    }

    private void FindCandidates()
    {
        var forest = new RegressionForest(_history, settings.Trees, settings.MinimumRows, settings.DimensionShare, _random);
        var best = _history.Min(h => h.Loss);
        double Gain(double[] point) => ExpectedImprovement(forest.Predict(point), best);
        var found = _history.OrderBy(h => h.Loss).Take(settings.Parents).Select(h => Climb(h.Point, Gain))
            .Concat(Enumerable.Range(0, settings.RandomPoints).Select(_ => RandomPoint()))
            .OrderByDescending(Gain).Take(Math.Max(1, settings.FitEvery / 2)).ToList();
        foreach (var point in found) _candidates.Enqueue(point);
        while (_candidates.Count < settings.FitEvery) _candidates.Enqueue(RandomPoint());
    }

    private double[] Climb(double[] start, Func<double[], double> gain)
    {
        var (at, value) = (start, gain(start));
        while (Neighbours(at).Select(point => (Point: point, Gain: gain(point))).DefaultIfEmpty((at, value)).MaxBy(n => n.Item2) is var next
            && next.Item2 > value + settings.Epsilon)
            (at, value) = next;
        return at;
    }

    private IEnumerable<double[]> Neighbours(double[] point)
    {
        var steps = space.Step.Where(s => s != 1).ToArray();
        for (var d = 0; d < point.Length; d++)
            for (var i = 0; i < (steps[d] is null ? settings.Neighbours : 1); i++)
            {
                var moved = (double[])point.Clone();
                moved[d] = steps[d] is { } step
                    ? (moved[d] + (1.0 / step)) % 1
                    : Math.Clamp(moved[d] + (NeighbourDeviation * CostFrugalTuner.Normal(_random)), 0, 1);
                yield return moved;
            }
    }

    private double[] RandomPoint() => [.. Enumerable.Range(0, space.FeatureSpaceDim).Select(_ => _random.NextDouble())];

    private static double ExpectedImprovement((double Mean, double Deviation) predicted, double best)
    {
        if (predicted.Deviation <= 0) return Math.Max(0, best - predicted.Mean);
        var z = (best - predicted.Mean) / predicted.Deviation;
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        return ((best - predicted.Mean) * Cumulative(z)) + (predicted.Deviation * density);
    }

    // Zelen and Severo (Abramowitz and Stegun 26.2.17), to 7.5e-8.
    private static double Cumulative(double z)
    {
        var t = 1 / (1 + (0.2316419 * Math.Abs(z)));
        var tail = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * t
            * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return z >= 0 ? 1 - tail : tail;
    }
}
