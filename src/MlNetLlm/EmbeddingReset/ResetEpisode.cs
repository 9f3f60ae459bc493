namespace MlNetLlm.EmbeddingReset;

/// <summary>What happened between two resets. "Smoothed" is the mean of an episode's last few losses, a window of the options.</summary>
/// <param name="Number">The episode, from 0; that one began with the run.</param>
/// <param name="FirstUpdate">Its first update, counted from 1.</param>
/// <param name="Updates">How many updates it has so far.</param>
/// <param name="FirstLoss">The loss of its first update, in nats.</param>
/// <param name="Spike">How far its highest loss is above the end of the episode before it, in nats; null in the first.</param>
/// <param name="EndLoss">The smoothed loss at its end, in nats.</param>
/// <param name="RecoveryUpdates">
/// Updates until its smoothed loss came within the margin of the end of the episode before it; null in the first, or where it never did.
/// </param>
/// <param name="MeanGradientNorm">Mean norm of the gradient before clipping.</param>
/// <param name="LargestGradientNorm">Largest norm of the gradient before clipping.</param>
/// <param name="StandardDeviation">Of what is reset, at its end, before the reset: that of the first weight tensor.</param>
/// <param name="StepCounter">The optimiser's step counter of what is reset, at its end.</param>
/// <param name="LearningRate">The learning rate of what is reset in its last update.</param>
public sealed record ResetEpisode(
    int Number, int FirstUpdate, int Updates, double FirstLoss, double? Spike, double EndLoss, int? RecoveryUpdates,
    double MeanGradientNorm, double LargestGradientNorm, double StandardDeviation, long StepCounter, double LearningRate);
