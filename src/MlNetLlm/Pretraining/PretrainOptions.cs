using Microsoft.ML.SearchSpace;
using MlNetLlm.Training;

namespace MlNetLlm.Pretraining;

/// <summary>Options of pre-training with the next-token loss.</summary>
public sealed record PretrainOptions : TrainingOptions
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.001.</value>
    [Range(1e-4, 1e-2, 1e-3, logBase: true)]
    public override double LearningRate { get; init; } = 1e-3;
}
