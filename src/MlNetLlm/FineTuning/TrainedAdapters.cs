using MlNetLlm.Reinforcement;
using MlNetLlm.Training;

namespace MlNetLlm.FineTuning;

/// <summary>How the training of adapters went.</summary>
/// <param name="Training">How the run ended.</param>
internal sealed record TrainedAdapters(TrainingResult Training)
{
    /// <summary>What each iteration saw, where answers were graded.</summary>
    public IReadOnlyList<ReinforceIteration> Iterations { get; init; } = [];
}
