using MlNetLlm.Evaluation;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>
/// The bootstrap of values that vary by seed and by question: both are resampled, independently of each other (Owen, The pigeonhole
/// bootstrap, 2007), which for means is conservative. One seed or one question is not resampled: the result then speaks of that one.
/// </summary>
internal static class CrossedBootstrap
{
    /// <summary>The mean with its interval of level 95 %, by percentiles, and the p-value of "the mean is the threshold".</summary>
    /// <param name="values">One row a seed, one value a question.</param>
    /// <param name="threshold">What the mean is compared with.</param>
    /// <param name="samples">Resamples.</param>
    /// <param name="random">Draws them.</param>
    /// <returns>The interval, and the two-sided p-value: twice the share of resamples beyond the threshold, seen from the mean.</returns>
    public static (ConfidenceInterval Interval, double PValue) Judge(
        IReadOnlyList<double[]> values, double threshold, int samples, Random random)
    {
        var means = Means([values], samples, random)[0];
        Array.Sort(means);
        var estimate = values.Average(row => row.Average());
        var beyond = means.Count(mean => estimate > threshold ? mean <= threshold : mean >= threshold);
        var interval = new ConfidenceInterval(estimate, At(means, 0.025), At(means, 0.975), 0.95);
        return (interval, Math.Min(1, 2.0 * (1 + beyond) / (1 + samples)));
    }

    /// <summary>The means of several tables with the same seeds and questions, in the same resamples.</summary>
    /// <returns>One array of means a table.</returns>
    public static double[][] Means(IReadOnlyList<IReadOnlyList<double[]>> tables, int samples, Random random)
    {
        var (seeds, questions) = (tables[0].Count, tables[0][0].Length);
        if (tables.Any(table => table.Count != seeds || table.Any(row => row.Length != questions)))
            throw new ArgumentException($"A table does not have {seeds} seeds with {questions} questions each, as the first one has.");
        var means = tables.Select(_ => new double[samples]).ToArray();
        var weights = new int[questions];
        for (var sample = 0; sample < samples; sample++)
        {
            Array.Clear(weights);
            for (var i = 0; i < questions; i++) weights[questions == 1 ? 0 : random.Next(questions)]++;
            for (var i = 0; i < seeds; i++)
            {
                var seed = seeds == 1 ? 0 : random.Next(seeds);
                for (var t = 0; t < means.Length; t++) means[t][sample] += Weighted(tables[t][seed], weights);
            }
            foreach (var table in means) table[sample] /= (double)seeds * questions;
        }
        return means;
    }

    private static double Weighted(double[] row, int[] weights)
    {
        var sum = 0.0;
        for (var i = 0; i < row.Length; i++) sum += row[i] * weights[i];
        return sum;
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
