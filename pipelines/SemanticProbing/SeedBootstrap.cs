using MlNetLlm.Evaluation;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>A quantity of one model, over some test tasks.</summary>
/// <param name="model">The model's place among the seeds.</param>
/// <param name="tasks">Numbers of tasks, drawn with repeats.</param>
/// <returns>The quantity, or NaN where it cannot be computed.</returns>
internal delegate double ModelStatistic(int model, ReadOnlySpan<int> tasks);

/// <summary>
/// The interval of a quantity's mean over models, by a bootstrap of two levels: models are drawn with repeats, and for each the test tasks
/// (programs), which are the same tasks for every arm of it, so that differences are paired. Percentiles, since three models are too few
/// for a correction.
/// </summary>
internal static class SeedBootstrap
{
    /// <summary>Makes the interval and a two-sided p-value against a threshold.</summary>
    /// <param name="models">How many models.</param>
    /// <param name="tasks">How many test tasks.</param>
    /// <param name="statistic">The quantity.</param>
    /// <param name="threshold">
    /// The value that the p-value tests: twice the smaller share of replicates on one side of it, one counted in addition.
    /// </param>
    /// <param name="samples">Resamples.</param>
    /// <param name="seed">Seed of the resamples.</param>
    /// <returns>Null where a model's quantity cannot be computed.</returns>
    public static (ConfidenceInterval Interval, double P)? Mean(
        int models, int tasks, ModelStatistic statistic, double threshold, int samples, int seed)
    {
        var random = new Random(seed);
        var drawn = Enumerable.Range(0, tasks).ToArray();
        var estimate = Enumerable.Range(0, models).Average(model => statistic(model, drawn));
        if (!double.IsFinite(estimate)) return null;
        var replicates = new List<double>(samples);
        for (var sample = 0; sample < samples; sample++)
        {
            for (var i = 0; i < tasks; i++) drawn[i] = random.Next(tasks);
            var mean = 0.0;
            for (var i = 0; i < models; i++) mean += statistic(models == 1 ? 0 : random.Next(models), drawn) / models;
            if (double.IsFinite(mean)) replicates.Add(mean);
        }
        replicates.Sort();
        var below = replicates.Count(value => value <= threshold);
        var p = Math.Min(1, 2.0 * (1 + Math.Min(below, replicates.Count - below)) / (1 + replicates.Count));
        return (new ConfidenceInterval(estimate, Quantile(replicates, 0.025), Quantile(replicates, 0.975), 0.95), p);
    }

    private static double Quantile(List<double> sorted, double share)
    {
        var place = Math.Clamp((sorted.Count + 1) * share - 1, 0, sorted.Count - 1);
        var below = (int)place;
        return sorted[below] + (place - below) * (sorted[Math.Min(below + 1, sorted.Count - 1)] - sorted[below]);
    }
}
