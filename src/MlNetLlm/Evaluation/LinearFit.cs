using MathNet.Numerics.Distributions;

namespace MlNetLlm.Evaluation;

/// <summary>A straight line through points by least squares: y = intercept + slope · x + error, errors independent and normal.</summary>
/// <remarks>
/// Points taken along one training run are not independent: two curves that both rise always fit a line. Report n, and fit their first
/// differences too.
/// </remarks>
public sealed record LinearFit
{
    private LinearFit()
    {
    }

    /// <summary>Points fitted.</summary>
    public required int Count { get; init; }

    /// <summary>y at x = 0.</summary>
    public required double Intercept { get; init; }

    /// <summary>Change of y with x, and its interval: <c>b ± t(1 - α/2; n - 2) · SE</c>.</summary>
    public required ConfidenceInterval Slope { get; init; }

    /// <summary>Standard error of the slope, <c>√(SSR / (n - 2) / Σ (x - x̄)²)</c>.</summary>
    public required double SlopeError { get; init; }

    /// <summary>P-value of the two-sided t-test of slope = 0.</summary>
    public required double PValue { get; init; }

    /// <summary>
    /// Share of y's variance that the line explains, 0 where y does not vary, and its interval: that of the correlation r by Fisher's
    /// transformation (<c>artanh r ± z / √(n - 3)</c>, Fisher 1921), squared. It needs more than three points; with three it is 0..1.
    /// </summary>
    public required ConfidenceInterval RSquared { get; init; }

    /// <summary>Fits a line.</summary>
    /// <param name="x">Three values or more, not all equal.</param>
    /// <param name="y">As many values.</param>
    /// <param name="level">Level of both intervals.</param>
    /// <exception cref="ArgumentException">
    /// Values do not pair, are too few or not finite, x does not vary, or the level is out of range.
    /// </exception>
    public static LinearFit Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double level = 0.95)
    {
        Samples.CheckPairs(nameof(LinearFit), x, y, atLeast: 3);
        Samples.CheckLevel(nameof(LinearFit), level);
        double sxx = Samples.CoMoment(x, x), sxy = Samples.CoMoment(x, y), syy = Samples.CoMoment(y, y);
        if (sxx == 0) throw new ArgumentException($"{nameof(LinearFit)}: all {x.Length} values of x are {x[0]}; a line needs x to vary.");

        double slope = sxy / sxx, r = syy == 0 ? 0 : Math.Clamp(sxy / Math.Sqrt(sxx * syy), -1, 1);
        double error = Math.Sqrt((1 - r * r) * syy / (x.Length - 2) / sxx);
        double half = StudentT.InvCDF(0, 1, x.Length - 2, (1 + level) / 2) * error;
        return new()
        {
            Count = x.Length,
            Intercept = Samples.Mean(y) - slope * Samples.Mean(x),
            Slope = new(slope, slope - half, slope + half, level),
            SlopeError = error,
            PValue = slope == 0 ? 1 : error == 0 ? 0 : 2 * StudentT.CDF(0, 1, x.Length - 2, -Math.Abs(slope / error)),
            RSquared = Squared(r, x.Length, level),
        };
    }

    private static ConfidenceInterval Squared(double r, int n, double level)
    {
        double half = n > 3 ? Normal.InvCDF(0, 1, (1 + level) / 2) / Math.Sqrt(n - 3) : double.PositiveInfinity;
        double low = Math.Abs(r) < 1 ? Math.Tanh(Math.Atanh(r) - half) : r, high = Math.Abs(r) < 1 ? Math.Tanh(Math.Atanh(r) + half) : r;
        double near = low < 0 && high > 0 ? 0 : Math.Min(low * low, high * high);
        return new(r * r, near, Math.Max(low * low, high * high), level);
    }
}
