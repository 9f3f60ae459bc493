namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>All that a section measured.</summary>
internal sealed record SectionResult(
    SectionOptions Options, IReadOnlyList<RateTrials> Rates, IReadOnlyList<TrainedBody> Bodies, IReadOnlyList<CellResult> Cells);

/// <summary>The validation losses of an arm's trials, by factor on the embeddings' rate, and the factor chosen.</summary>
internal sealed record RateTrials(string Arm, IReadOnlyDictionary<string, double> Losses, double Chosen);
