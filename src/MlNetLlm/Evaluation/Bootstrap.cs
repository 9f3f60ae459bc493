using MathNet.Numerics.Distributions;

namespace MlNetLlm.Evaluation;

/// <summary>A statistic of resampled units.</summary>
/// <param name="units">Numbers of the units in the resample; some occur more than once, others not at all.</param>
/// <returns>The statistic's value, a finite number.</returns>
public delegate double ResampledStatistic(ReadOnlySpan<int> units);

/// <summary>
/// Bootstrap intervals (Efron and Tibshirani 1993, chapters 13 and 14). What is resampled is the unit that was drawn independently: a
/// program, a document, a seed; never a token or a position within one.
/// </summary>
public static class Bootstrap
{
    /// <summary>The mean of one value a unit.</summary>
    /// <param name="values">Two values or more.</param>
    /// <param name="random">Draws the resamples.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <exception cref="ArgumentException">There are too few values, one is not finite, or options are out of range.</exception>
    public static ConfidenceInterval Mean(ReadOnlySpan<double> values, Random random, BootstrapOptions? options = null)
    {
        var ones = new double[values.Length];
        Array.Fill(ones, 1);
        return Ratio(values, ones, random, options);
    }

    /// <summary>The mean difference of two values a unit, resampled in pairs.</summary>
    /// <param name="first">One value a unit.</param>
    /// <param name="second">The other, in the same order.</param>
    /// <param name="random">Draws the resamples.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <returns>The interval of the mean of first - second.</returns>
    /// <exception cref="ArgumentException">There are too few values, one is not finite, or options are out of range.</exception>
    public static ConfidenceInterval PairedDifference(
        ReadOnlySpan<double> first, ReadOnlySpan<double> second, Random random, BootstrapOptions? options = null)
        => Mean(Samples.Differences(nameof(PairedDifference), first, second), random, options);

    /// <summary>
    /// A ratio of sums over units, such as the accuracy over all positions of the programs resampled, or the loss a token of documents.
    /// </summary>
    /// <param name="numerators">One value a unit, for example its right answers.</param>
    /// <param name="denominators">One value a unit, above 0, for example its positions.</param>
    /// <param name="random">Draws the resamples.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <exception cref="ArgumentException">
    /// There are too few values, one is not finite, a denominator is not above 0, or options are out of range.
    /// </exception>
    public static ConfidenceInterval Ratio(
        ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators, Random random, BootstrapOptions? options = null)
    {
        RatioEstimate.Check(nameof(Ratio), numerators, denominators);
        options = (options ?? new()).Validated();
        int n = numerators.Length;
        var replicates = new double[options.Samples];
        for (int b = 0; b < replicates.Length; b++)
        {
            double numerator = 0, denominator = 0;
            for (int i = 0; i < n; i++)
            {
                int unit = random.Next(n);
                numerator += numerators[unit];
                denominator += denominators[unit];
            }

            replicates[b] = numerator / denominator;
        }

        double allNumerators = Samples.Sum(numerators), allDenominators = Samples.Sum(denominators);
        var leftOut = new double[n];
        for (int i = 0; i < n; i++) leftOut[i] = (allNumerators - numerators[i]) / (allDenominators - denominators[i]);
        return Interval(allNumerators / allDenominators, replicates, leftOut, options);
    }

    /// <summary>Any statistic of units.</summary>
    /// <param name="units">How many units there are, two or more.</param>
    /// <param name="statistic">
    /// Computes it from the units drawn. It is called once for the estimate, once a resample and, for
    /// <see cref="BootstrapMethod.BiasCorrectedAccelerated"/>, once a unit, which is then left out.
    /// </param>
    /// <param name="random">Draws the resamples.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <exception cref="ArgumentException">There are fewer than two units, or options are out of range.</exception>
    /// <exception cref="InvalidOperationException">The statistic is not a finite number.</exception>
    public static ConfidenceInterval Statistic(int units, ResampledStatistic statistic, Random random, BootstrapOptions? options = null)
    {
        if (units < 2) throw new ArgumentException($"{nameof(Statistic)} got {units} units; it needs at least 2.");
        options = (options ?? new()).Validated();
        var all = Enumerable.Range(0, units).ToArray();
        double estimate = Finite(statistic(all));
        var (drawn, replicates) = (new int[units], new double[options.Samples]);
        for (int b = 0; b < replicates.Length; b++)
        {
            for (int i = 0; i < units; i++) drawn[i] = random.Next(units);
            replicates[b] = Finite(statistic(drawn));
        }

        var leftOut = new double[options.Method == BootstrapMethod.BiasCorrectedAccelerated ? units : 0];
        for (int i = 0; i < leftOut.Length; i++)
        {
            (all[i], all[^1]) = (all[^1], all[i]);              // unit i stands last, and is left out
            leftOut[i] = Finite(statistic(all.AsSpan(0, units - 1)));
            (all[i], all[^1]) = (all[^1], all[i]);
        }

        return Interval(estimate, replicates, leftOut, options);
    }

    // Percentile: the α/2 and 1 - α/2 quantiles of the replicates θ*. BCa takes them at other shares instead:
    //   Φ(z₀ + (z₀ + z) / (1 - a (z₀ + z)))   for z = Φ⁻¹(α/2) and Φ⁻¹(1 - α/2),
    //   z₀ = Φ⁻¹(share of θ* below the estimate),   a = Σ dᵢ³ / (6 (Σ dᵢ²)^1.5),   dᵢ = mean of all θ without a unit - θ without i.
    private static ConfidenceInterval Interval(double estimate, double[] replicates, double[] leftOut, BootstrapOptions options)
    {
        Array.Sort(replicates);
        double lower = (1 - options.Level) / 2, upper = (1 + options.Level) / 2;
        if (options.Method == BootstrapMethod.BiasCorrectedAccelerated)
        {
            double z0 = Normal.InvCDF(0, 1, ShareBelow(estimate, replicates)), a = Acceleration(leftOut);
            (lower, upper) = (Corrected(lower, z0, a), Corrected(upper, z0, a));
        }

        return new(estimate, Quantile(replicates, lower), Quantile(replicates, upper), options.Level);
    }

    private static double Corrected(double share, double z0, double a)
    {
        double z = z0 + Normal.InvCDF(0, 1, share);
        return Normal.CDF(0, 1, z0 + z / (1 - a * z));
    }

    // Replicates equal to the estimate (but for the last digits) count half. Never 0 or 1, whose normal quantiles are infinite.
    private static double ShareBelow(double estimate, double[] sorted)
    {
        int below = 0, equal = 0;
        double tolerance = 1e-12 * Math.Max(Math.Abs(estimate), sorted[^1] - sorted[0]);
        foreach (double replicate in sorted)
        {
            if (replicate < estimate - tolerance) below++;
            else if (replicate <= estimate + tolerance) equal++;
        }

        double least = 1.0 / (sorted.Length + 1);
        return Math.Clamp((below + 0.5 * equal) / sorted.Length, least, 1 - least);
    }

    private static double Acceleration(double[] leftOut)
    {
        double mean = Samples.Mean(leftOut), squares = 0, cubes = 0;
        foreach (double value in leftOut)
        {
            double d = mean - value;
            squares += d * d;
            cubes += d * d * d;
        }

        return squares == 0 ? 0 : cubes / (6 * Math.Pow(squares, 1.5));
    }

    // Between the order statistics around (B + 1) · share, linearly (Hyndman and Fan 1996, definition 6).
    private static double Quantile(double[] sorted, double share)
    {
        double place = Math.Clamp((sorted.Length + 1) * share - 1, 0, sorted.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : throw new InvalidOperationException(
        $"The statistic of a resample is {value}. It must be finite for every resample; units that can all be missing make it otherwise.");
}
