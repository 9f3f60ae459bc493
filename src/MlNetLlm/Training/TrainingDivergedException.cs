namespace MlNetLlm.Training;

/// <summary>A loss, gradient, weight or logit became infinite or no number. The run's last checkpoint is intact.</summary>
/// <param name="what">What diverged.</param>
/// <param name="value">Its value.</param>
/// <param name="step">The step, counted from 1.</param>
/// <param name="batch">The batch, counted from 1.</param>
/// <param name="learningRate">The learning rate at that step.</param>
/// <param name="lastCheckpoint">The step of the last checkpoint, or null when none was kept.</param>
/// <param name="cause">What said so, or null.</param>
public sealed class TrainingDivergedException(
    string what, double value, int step, long batch, double learningRate, int? lastCheckpoint, Exception? cause = null)
    : Exception($"{what} became {value} at step {step} (learning rate {learningRate}, batch {batch}). Lower `LearningRate`; "
        + (lastCheckpoint is null ? "no checkpoint was kept." : $"last finite checkpoint: step {lastCheckpoint}."), cause)
{
    /// <summary>The step, counted from 1.</summary>
    public int Step { get; } = step;

    /// <summary>The batch, counted from 1.</summary>
    public long Batch { get; } = batch;

    /// <summary>The learning rate at that step.</summary>
    public double LearningRate { get; } = learningRate;

    /// <summary>The step of the last checkpoint, or null when none was kept.</summary>
    public int? LastCheckpoint { get; } = lastCheckpoint;
}
