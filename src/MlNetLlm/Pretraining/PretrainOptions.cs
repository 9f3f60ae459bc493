using Microsoft.ML.SearchSpace;
using MlNetLlm.Data;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.Pretraining;

/// <summary>Options of pre-training.</summary>
public sealed record PretrainOptions : TrainingOptions
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.001.</value>
    [Range(1e-4, 1e-2, 1e-3, logBase: true)]
    public override double LearningRate { get; init; } = 1e-3;

    /// <summary>What the model learns.</summary>
    /// <value><see cref="PretrainObjective.ByModel"/>.</value>
    public PretrainObjective Objective { get; init; } = PretrainObjective.ByModel;

    /// <summary>Which tokens a masked model is to guess.</summary>
    /// <value>15 %, of which 80 % masked, 10 % replaced, 10 % kept.</value>
    public MaskingOptions Masking { get; init; } = new();

    /// <summary>Resets the embeddings every so many updates.</summary>
    /// <value>null: never.</value>
    public EmbeddingResetOptions? Reset { get; init; }

    /// <summary>
    /// Standard deviation of the initial matrices and embeddings; above 0. Narrow models learn sooner from about 1 / √width.
    /// </summary>
    /// <value>0.02.</value>
    public double InitialDeviation { get; init; } = TransformerModel.UsualInitialDeviation;

    /// <summary>Which models to keep along the run; <see cref="ModelSnapshots.Open"/> finds them.</summary>
    /// <value>null: none.</value>
    public SnapshotOptions? Snapshots { get; init; }

    /// <summary>Layers that belong to groups of rows; rows of other groups skip them.</summary>
    /// <value>null: every row passes every layer.</value>
    public LayerOwnership? Ownership { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults().Concat(Masking.Faults())) yield return fault;
        foreach (var fault in (Reset?.Faults() ?? []).Concat(Snapshots?.Faults() ?? [])) yield return fault;
        foreach (var fault in Ownership?.Faults(this) ?? []) yield return fault;
        if (!Enum.IsDefined(Objective))
            yield return $"Objective is {Objective}; expected {string.Join(", ", Enum.GetNames<PretrainObjective>())}.";
        if (Reset is not null && MaxTokens == 0)
            foreach (var fault in ResetPlan.Faults(Reset, MaxSteps)) yield return fault;
        if (!(InitialDeviation > 0 && double.IsFinite(InitialDeviation)))
            yield return $"InitialDeviation is {InitialDeviation}; expected above 0.";
    }
}
