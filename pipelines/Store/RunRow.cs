namespace MlNetLlm.Pipelines.Store;

/// <summary>A run as the index knows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Experiment">Short name of the experiment.</param>
/// <param name="Preset">Name of the preset.</param>
/// <param name="Seed">The seed.</param>
/// <param name="State">finished (no seal), changed after the run, unfinished, or damaged: with what is wrong.</param>
/// <param name="Started">When it began, ISO 8601, or null.</param>
/// <param name="Seconds">How long it took, or null.</param>
/// <param name="Claims">Claims it judged.</param>
/// <param name="Reproduced">Claims it found reproduced.</param>
internal sealed record RunRow(
    string Id, string Experiment, string Preset, long Seed, string State, string? Started, double? Seconds, long Claims, long Reproduced)
{
    /// <summary>The state of a run without a result.</summary>
    public const string Unfinished = "unfinished";
}
