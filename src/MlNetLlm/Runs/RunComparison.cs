using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MlNetLlm.Persistence;

namespace MlNetLlm.Runs;

/// <summary>Two runs side by side: metrics with the interval of their difference, and what differs in what they were given.</summary>
/// <param name="Metrics">Every metric that at least one of them has.</param>
/// <param name="Asked">Experiment, preset and seed, as far as they differ.</param>
/// <param name="Options">Options that differ.</param>
/// <param name="Environment">Parts of the environment that differ.</param>
/// <param name="Data">Data sets that differ.</param>
public sealed record RunComparison(
    IReadOnlyList<MetricPair> Metrics, IReadOnlyList<Difference> Asked, IReadOnlyList<Difference> Options,
    IReadOnlyList<Difference> Environment, IReadOnlyList<Difference> Data)
{
    /// <summary>What an older run says of a part of its environment that was not recorded then.</summary>
    private const string Unknown = "unknown";

    /// <summary>Compares two results.</summary>
    public static RunComparison Of(RunResult left, RunResult right)
    {
        var given = new RunComparison([], Differences(Asks(left), Asks(right)), Differences(Flat(left.Options), Flat(right.Options)),
            Differences(left.Environment, right.Environment), Differences(Hashes(left), Hashes(right)));
        return given with { Metrics = Pairs(left, right, given.SameRows) };
    }

    /// <summary>Whether both are runs of one experiment.</summary>
    public bool SameExperiment => Asked.All(d => d.Name != "experiment");

    /// <summary>
    /// Whether they may have measured the same rows: one experiment, seed and data. Their errors are then no independent ones, and an
    /// interval that takes them as such is too wide.
    /// </summary>
    public bool SameRows => Data.Count == 0 && Asked.All(d => d.Name == "preset");

    /// <summary>The comparison without the metrics and options that one of the two lacks.</summary>
    public RunComparison OfBoth() => this with
    {
        Metrics = [.. Metrics.Where(m => m is { Left: not null, Right: not null })],
        Options = [.. Options.Where(d => d is { Left: not null, Right: not null })],
    };

    /// <summary>The parts of an environment that differ; what an older run did not record differs from what a newer one did.</summary>
    internal static IReadOnlyList<Difference> Differences(RunEnvironment left, RunEnvironment right) =>
        Differences(Parts(left), Parts(right));

    private static List<MetricPair> Pairs(RunResult left, RunResult right, bool sameRows)
    {
        var keys = left.Metrics.Concat(right.Metrics).Select(Key).Distinct();
        return [.. keys.Select(key => new MetricPair(key.Arm, key.Name, key.Split,
            left.Metrics.FirstOrDefault(m => Key(m) == key), right.Metrics.FirstOrDefault(m => Key(m) == key)) { SameRows = sameRows })];
    }

    private static Dictionary<string, string> Asks(RunResult result) => new(StringComparer.Ordinal)
    {
        ["experiment"] = result.Experiment, ["preset"] = result.Preset, ["seed"] = result.Seed.ToString(CultureInfo.InvariantCulture),
    };

    private static (string Arm, string Name, string? Split) Key(RunMetric metric) => (metric.Arm, metric.Name, metric.Split);

    private static Dictionary<string, string> Parts(RunEnvironment environment) => new(StringComparer.Ordinal)
    {
        ["commit"] = environment.Commit, ["mlnet"] = environment.Mlnet, ["torch"] = environment.Torch, ["device"] = environment.Device,
        ["threads"] = $"{environment.Threads}", ["machine"] = environment.Machine ?? Unknown,
        ["products"] = environment.Products ?? Unknown,
    };

    private static Dictionary<string, string> Hashes(RunResult result) =>
        result.Data.GroupBy(d => d.Name).ToDictionary(d => d.Key, d => $"{d.First().Rows} rows, SHA-256 {d.First().Sha256}");

    /// <summary>Every leaf of a JSON value under its path, such as learningRates.svf[0].</summary>
    public static IReadOnlyDictionary<string, string> Flat(JsonNode? json)
    {
        var leaves = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(json, "", leaves);
        return leaves;
    }

    private static void Collect(JsonNode? json, string path, Dictionary<string, string> leaves)
    {
        if (json is JsonObject group)
            foreach (var (key, value) in group) Collect(value, path.Length == 0 ? key : $"{path}.{key}", leaves);
        else if (json is JsonArray list)
            for (var i = 0; i < list.Count; i++) Collect(list[i], $"{path}[{i}]", leaves);
        else
            leaves[path] = json?.ToJsonString(JsonOptions.Strict) ?? "null";
    }

    private static List<Difference> Differences(
        IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        [.. left.Keys.Union(right.Keys)
            .Select(name => new Difference(name, left.GetValueOrDefault(name), right.GetValueOrDefault(name)))
            .Where(d => d.Left != d.Right)];
}

/// <summary>Something that two runs have differently; null where one does not have it.</summary>
public sealed record Difference(string Name, string? Left, string? Right);

/// <summary>A metric of two runs; null where one does not have it.</summary>
public sealed record MetricPair(string Arm, string Name, string? Split, RunMetric? Left, RunMetric? Right)
{
    private const double Normal95 = 1.959963984540054;

    /// <summary>Whether both may have been measured on the same rows.</summary>
    [JsonIgnore]
    public bool SameRows { get; init; }

    /// <summary>Right minus left.</summary>
    public double? Change => Right?.Value - Left?.Value;

    /// <summary>
    /// Half the width of the change's 95 % interval, the runs taken as independent: too wide where both were measured on the same rows.
    /// Null without standard errors, and where the same rows gave the same to the last bit, so that nothing is uncertain.
    /// </summary>
    public double? HalfWidth95 => !(SameRows && Left == Right) && Left?.StandardError is { } left && Right?.StandardError is { } right
        ? Normal95 * Math.Sqrt((left * left) + (right * right)) : null;
}
