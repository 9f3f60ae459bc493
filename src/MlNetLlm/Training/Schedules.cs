namespace MlNetLlm.Training;

/// <summary>The learning rate's course over a run.</summary>
public static class Schedules
{
    /// <summary>
    /// The factor on the full learning rate. With warm-up w, n steps, final share f and progress t = (step - w) / (n - w):
    /// (step + 1) / w, or step / w from zero, while step &lt; w; then 1 (constant), 1 - (1 - f) t (linear) or
    /// f + (1 - f) (1 + cos πt) / 2 (cosine).
    /// </summary>
    /// <param name="schedule">The shape after the warm-up.</param>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="steps">How many steps the run has.</param>
    /// <param name="warmupSteps">How many steps the rate rises, w; 0 starts at the full rate.</param>
    /// <param name="finalShare">The share of the full rate that step n would have, f.</param>
    /// <param name="fromZero">Whether the rise begins at 0, as fairseq's does, instead of one step above it.</param>
    /// <returns>The factor, between 0 and 1.</returns>
    public static double Factor(Schedule schedule, int step, int steps, int warmupSteps, double finalShare, bool fromZero = false)
    {
        if (step < warmupSteps)
            return (step + (fromZero ? 0.0 : 1.0)) / warmupSteps;
        var t = Math.Min(1.0, (step - warmupSteps) / (double)Math.Max(1, steps - warmupSteps));
        return schedule switch
        {
            Schedule.Linear => 1 - (1 - finalShare) * t,
            Schedule.Cosine => finalShare + (1 - finalShare) * (1 + Math.Cos(Math.PI * t)) / 2,
            _ => 1,
        };
    }

    /// <summary>The factor on the full learning rate that options give a step.</summary>
    /// <param name="options">The schedule, its warm-up and where it ends.</param>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="steps">How many steps the run has.</param>
    /// <returns>The factor, between 0 and 1.</returns>
    public static double Factor(TrainingOptions options, int step, int steps) => Factor(
        options.Schedule, step, steps, options.WarmupSteps, options.FinalLearningRateShare, options.WarmupFromZero);
}
