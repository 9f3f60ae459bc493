namespace MlNetLlm.Runs;

/// <summary>How a repeated run compares with the original.</summary>
/// <param name="Exact">
/// Whether every bit had to agree: same machine kind, packages, products, device and threads. Where an older run did not record one of
/// them, no bit can be asked for.
/// </param>
/// <param name="Compared">Metrics compared.</param>
/// <param name="Mismatches">Metrics outside the tolerance, or that one of the two lacks.</param>
/// <param name="Environment">What differs in the environment.</param>
public sealed record Reproduction(
    bool Exact, int Compared, IReadOnlyList<MetricPair> Mismatches, IReadOnlyList<Difference> Environment)
{
    private static readonly string[] _decidesBits = ["mlnet", "torch", "device", "threads", "machine", "products"];

    /// <summary>Whether every metric agreed.</summary>
    public bool Reproduced => Mismatches.Count == 0;

    /// <summary>Compares the metrics that do not measure the machine itself.</summary>
    /// <param name="original">The stored result.</param>
    /// <param name="again">The result of the repetition.</param>
    /// <param name="tolerance">Largest relative difference where the environments differ.</param>
    public static Reproduction Of(RunResult original, RunResult again, double tolerance)
    {
        var comparison = RunComparison.Of(original, again);
        var exact = DecidingBits(original.Environment, again.Environment).Count == 0;
        var pairs = comparison.Metrics.Where(m => !MeasuresTheMachine(m.Name)).ToList();
        return new Reproduction(exact, pairs.Count,
            [.. pairs.Where(pair => !Agree(pair.Left, pair.Right, exact ? 0 : tolerance))], comparison.Environment);
    }

    /// <summary>What decides the bits of results and differs, or was recorded of one of the two alone.</summary>
    /// <param name="original">What the original ran on.</param>
    /// <param name="again">What its repetition or continuation runs on.</param>
    public static IReadOnlyList<Difference> DecidingBits(RunEnvironment original, RunEnvironment again) =>
        [.. RunComparison.Differences(original, again).Where(d => _decidesBits.Contains(d.Name))];

    /// <summary>Whether a metric says how fast or large the run was, which no repetition gives again.</summary>
    public static bool MeasuresTheMachine(string metric) =>
        metric.StartsWith("seconds", StringComparison.Ordinal) || metric.EndsWith("MiB", StringComparison.Ordinal)
        || metric.EndsWith("/s", StringComparison.Ordinal) || metric.EndsWith(" a second", StringComparison.Ordinal);

    private static bool Agree(RunMetric? left, RunMetric? right, double tolerance)
    {
        if (left is null || right is null) return false;
        if (left.Value.Equals(right.Value)) return true;   // NaN equals itself
        return Math.Abs(left.Value - right.Value) <= tolerance * Math.Max(Math.Abs(left.Value), Math.Abs(right.Value));
    }
}
