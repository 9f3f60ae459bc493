using Microsoft.ML.SearchSpace;
using MlNetLlm.Training;

namespace MlNetLlm.FineTuning;

/// <summary>Options of full fine-tuning: every weight of a copy of the model is trained.</summary>
public sealed record FullOptions : TrainingOptions
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.0005.</value>
    [Range(1e-5, 1e-2, 5e-4, logBase: true)]
    public override double LearningRate { get; init; } = 5e-4;

    /// <summary>Layers that belong to groups of rows; rows of other groups skip them.</summary>
    /// <value>null: every row passes every layer.</value>
    public LayerOwnership? Ownership { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults() => base.Faults().Concat(Ownership?.Faults(this) ?? []);
}
