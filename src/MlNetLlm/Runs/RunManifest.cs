namespace MlNetLlm.Runs;

/// <summary>What was asked of a run, as written to run.json before it begins.</summary>
/// <param name="Experiment">Short name of the experiment.</param>
/// <param name="Preset">The preset the options started from.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Sets">Options changed on top of the preset, as Name=Value.</param>
/// <param name="StartedUtc">When the run, or its latest resumption, began.</param>
public sealed record RunManifest(string Experiment, string Preset, int Seed, IReadOnlyList<string> Sets, DateTimeOffset StartedUtc)
{
    /// <summary>Version of this format.</summary>
    public int Schema { get; init; } = 1;
}
