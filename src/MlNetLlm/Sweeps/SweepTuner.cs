using Microsoft.ML.SearchSpace;

namespace MlNetLlm.Sweeps;

/// <summary>
/// A tuner over a plain search space, to be asked and told directly: AutoML's own experiment runs one trial at a time. Those that learn are
/// ML.NET AutoML's own; random and grid, which learn nothing, are sequences of points of the same search space.
/// </summary>
/// <remarks>
/// The cost-frugal tuners search here as their paper means it, which AutoML's own do not: other choices and whole numbers than the start's
/// are in reach, a local search that has converged is followed by one from a random point, and no point whose loss is known is proposed
/// again as long as others are found.
/// </remarks>
public sealed class SweepTuner
{
    private readonly Microsoft.ML.SearchSpace.SearchSpace _space;
    private readonly IPointSearch _search;
    private readonly HashSet<int> _open = [];

    /// <summary>Makes a tuner.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="space">What it searches; the Max of a UniformIntOption is never proposed, for ML.NET rounds down.</param>
    /// <param name="seed">Seed of its random choices.</param>
    /// <param name="gridSteps">Points of a number's range on a grid.</param>
    /// <exception cref="ArgumentException">The kind is unknown, or has to learn and the space leaves it nothing to choose.</exception>
    public SweepTuner(TunerKind kind, Microsoft.ML.SearchSpace.SearchSpace space, int seed, int gridSteps = 10)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (!Enum.IsDefined(kind))
            throw new ArgumentException($"Tuner is {kind}; expected {string.Join(", ", Enum.GetNames<TunerKind>())}.");
        Learns = Learning(kind);
        if (Learns && space.FeatureSpaceDim == 0)
            throw new ArgumentException($"Tuner {kind} has nothing to choose: every option of the space has one value "
                + $"({string.Join(", ", space.Keys.Order(StringComparer.Ordinal))}). Give one more values, or take Random or Grid.");
        _space = space;
        _search = kind switch
        {
            TunerKind.Random => PointSequence.Random(space, seed),
            TunerKind.Grid => PointSequence.OfGrid(space, gridSteps),
            TunerKind.Smac => new PackageTuner(kind, space, seed),
            _ => new CostFrugalSearch(kind, space, seed),
        };
    }

    /// <summary>Whether results change what is proposed next.</summary>
    public bool Learns { get; }

    /// <summary>Whether a tuner of a kind learns.</summary>
    internal static bool Learning(TunerKind kind) => kind is not (TunerKind.Random or TunerKind.Grid);

    /// <summary>The point to try as a trial.</summary>
    /// <param name="trial">The trial's number, from 0, each once and in order.</param>
    /// <returns>Values by the names of the space's options.</returns>
    public Parameter Propose(int trial)
    {
        var point = _search.Propose(trial);
        _open.Add(trial);
        return Parameter.CreateNestedParameter([.. point.Select(p => KeyValuePair.Create(
            p.Key, _space.TryGetValue(p.Key, out var option) ? OptionSpace.Within(option, p.Value) : p.Value))]);
    }

    /// <summary>Tells how a proposed trial ended; in any order, each once.</summary>
    /// <param name="trial">The trial's number.</param>
    /// <param name="loss">Its loss, or null when it failed.</param>
    /// <param name="duration">How long it took.</param>
    public void Update(int trial, double? loss, TimeSpan duration)
    {
        if (!_open.Remove(trial)) throw new InvalidOperationException($"Trial {trial} was not proposed, or has ended.");
        _search.Update(trial, loss, duration);
    }
}
