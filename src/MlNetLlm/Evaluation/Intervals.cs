using MathNet.Numerics.Distributions;

namespace MlNetLlm.Evaluation;

/// <summary>Intervals that need no resampling: the mean of a few runs, and a share of successes.</summary>
public static class Intervals
{
    /// <summary>
    /// Student's interval for the mean of independent values, such as one result a seed: <c>x̄ ± t(1 - α/2; n - 1) · s / √n</c>
    /// (Student 1908). Exact for normal values; with three seeds it is wide, and rightly so.
    /// </summary>
    /// <param name="values">Two values or more.</param>
    /// <param name="level">The level, between 0 and 1.</param>
    /// <exception cref="ArgumentException">There are fewer than two values, one is not finite, or the level is out of range.</exception>
    public static ConfidenceInterval OfMean(ReadOnlySpan<double> values, double level = 0.95)
    {
        Samples.Check(nameof(OfMean), values, atLeast: 2);
        Samples.CheckLevel(nameof(OfMean), level);
        double mean = Samples.Mean(values), error = Samples.StandardError(values);
        double half = StudentT.InvCDF(0, 1, values.Length - 1, (1 + level) / 2) * error;
        return new(mean, mean - half, mean + half, level);
    }

    /// <summary>
    /// Wilson's interval for a share of successes (Wilson 1927): all p with <c>|p̂ - p| ≤ z √(p (1 - p) / n)</c>. Unlike the usual
    /// <c>p̂ ± z √(p̂ (1 - p̂) / n)</c> it stays within 0..1 and keeps its level near 0 and 1 and for few trials.
    /// </summary>
    /// <param name="successes">Successes, 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">Independent trials, 1 or more.</param>
    /// <param name="level">The level, between 0 and 1.</param>
    /// <exception cref="ArgumentException">The counts or the level are out of range.</exception>
    public static ConfidenceInterval OfShare(long successes, long trials, double level = 0.95)
    {
        if (trials < 1 || successes < 0 || successes > trials)
            throw new ArgumentException(
                $"{nameof(OfShare)} got {successes} successes in {trials} trials; it needs 0 to all of them, and at least one trial.");
        Samples.CheckLevel(nameof(OfShare), level);
        double n = trials, p = successes / n, z = Normal.InvCDF(0, 1, (1 + level) / 2);
        double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
        double half = z / (1 + z * z / n) * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        return new(p, successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half, level);
    }
}
