using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace MlNetLlm.Runs;

/// <summary>Everything a run found out, as written to result.json (schema 1) and printed as a table.</summary>
public sealed record RunResult
{
    /// <summary>Version of this format.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>Short name of the experiment, for example svf.</summary>
    public required string Experiment { get; init; }

    /// <summary>Name of the preset the options started from.</summary>
    public required string Preset { get; init; }

    /// <summary>The run's seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Wall-clock seconds of the whole run: of all its processes together, where it was stopped and resumed.</summary>
    public required double Seconds { get; init; }

    /// <summary>Largest resident memory of any of its processes, MiB.</summary>
    public required double PeakMemoryMiB { get; init; }

    /// <summary>What it ran on.</summary>
    public required RunEnvironment Environment { get; init; }

    /// <summary>The data it read or made.</summary>
    public required IReadOnlyList<RunData> Data { get; init; }

    /// <summary>Every option, defaults included.</summary>
    public required JsonNode Options { get; init; }

    /// <summary>What was measured.</summary>
    public required IReadOnlyList<RunMetric> Metrics { get; init; }

    /// <summary>What was claimed elsewhere, and what this run says of it.</summary>
    public required IReadOnlyList<RunClaim> Claims { get; init; }
}

/// <summary>What a run ran on.</summary>
/// <param name="Commit">
/// The commit that the program was built from, with "-dirty" behind it where sources differed; "unknown" where no build knows it. Several,
/// with commas between them, where a run was resumed with other builds.
/// </param>
/// <param name="Mlnet">The Microsoft.ML in use: package and version, or stand-in.</param>
/// <param name="Torch">The TorchSharp in use and its libtorch.</param>
/// <param name="Device">cpu or cuda.</param>
/// <param name="Threads">Threads of a tensor operation.</param>
/// <param name="Machine">The kind of machine: system, architecture and vector instructions, which decide the bits of results.</param>
/// <param name="Products">What multiplies matrices, with which processor's code and on how many threads: it decides the bits too.</param>
public sealed record RunEnvironment(
    string Commit, string Mlnet, string Torch, string Device, int Threads, string? Machine = null, string? Products = null);

/// <summary>A data set of a run.</summary>
/// <param name="Name">Its name in the catalogue, or what made it.</param>
/// <param name="Sha256">Of its bytes, or of its generated rows.</param>
/// <param name="Rows">Rows read.</param>
/// <param name="Origin">catalog or generated.</param>
public sealed record RunData(string Name, string Sha256, long Rows, string Origin);

/// <summary>One measured number.</summary>
/// <param name="Arm">The arm of the experiment it belongs to.</param>
/// <param name="Name">What was measured, unit included.</param>
/// <param name="Split">The data it was measured on, or null where it is no measurement on data.</param>
/// <param name="Value">The value.</param>
/// <param name="StandardError">Its standard error, or null where it has none.</param>
/// <param name="N">Number of units (rows, seeds) behind the standard error, or null.</param>
public sealed record RunMetric(string Arm, string Name, string? Split, double Value, double? StandardError = null, long? N = null);

/// <summary>A claim and what the run says of it.</summary>
public sealed record RunClaim
{
    /// <summary>For example svf.1.</summary>
    public required string Id { get; init; }

    /// <summary>Where the claim stands.</summary>
    public required string Source { get; init; }

    /// <summary>What is claimed.</summary>
    public required string Statement { get; init; }

    /// <summary>What this run measures for it.</summary>
    public required string Measured { get; init; }

    /// <summary>What the claim predicts of the estimate; the rule was fixed before the run.</summary>
    public required string Expected { get; init; }

    /// <summary>The measured effect, or null where the claim cannot be tested here.</summary>
    public double? Estimate { get; init; }

    /// <summary>95 % confidence interval of the effect: lower and upper end.</summary>
    public IReadOnlyList<double>? Ci95 { get; init; }

    /// <summary>Seeds behind the estimate.</summary>
    public required int Seeds { get; init; }

    /// <summary>What follows.</summary>
    public required Verdict Verdict { get; init; }
}

/// <summary>What a measured interval says of a claim.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>The interval lies on the claimed side of the threshold.</summary>
    [JsonStringEnumMemberName("reproduced")]
    Reproduced,

    /// <summary>The interval lies on the other side of the threshold.</summary>
    [JsonStringEnumMemberName("not reproduced")]
    NotReproduced,

    /// <summary>The interval holds the threshold.</summary>
    [JsonStringEnumMemberName("inconclusive")]
    Inconclusive,

    /// <summary>The claim needs something this set-up does not have.</summary>
    [JsonStringEnumMemberName("not testable here")]
    NotTestableHere,
}
