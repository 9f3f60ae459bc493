namespace MlNetLlm.Evaluation;

/// <summary>A ratio and its standard error by the delta method.</summary>
/// <param name="Value">The ratio.</param>
/// <param name="StandardError">
/// Its standard error, from the ratio's first derivatives; good while the denominator is many errors from 0.
/// </param>
public readonly record struct RatioEstimate(double Value, double StandardError)
{
    /// <summary>
    /// The ratio of sums over units: <c>R = Σ yᵢ / Σ xᵢ</c>, <c>SE = √(Σ (yᵢ - R xᵢ)² / (n (n - 1))) / x̄</c> (Cochran 1977).
    /// Loss a token over documents and accuracy over programs are of this kind.
    /// </summary>
    /// <param name="numerators">yᵢ, one a unit.</param>
    /// <param name="denominators">xᵢ, one a unit, above 0.</param>
    /// <exception cref="ArgumentException">Units are fewer than two, a value is not finite, or a denominator not above 0.</exception>
    public static RatioEstimate OfSums(ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators)
    {
        Check(nameof(OfSums), numerators, denominators);
        double ratio = Samples.Sum(numerators) / Samples.Sum(denominators), squares = 0, n = numerators.Length;
        for (int i = 0; i < numerators.Length; i++)
        {
            double residual = numerators[i] - ratio * denominators[i];
            squares += residual * residual;
        }

        return new(ratio, Math.Sqrt(squares / (n * (n - 1))) / Samples.Mean(denominators));
    }

    /// <summary>
    /// The ratio of two estimates: <c>R = y / x</c>, <c>SE² = (σ_y² - 2 R σ_xy + R² σ_x²) / x²</c>.
    /// </summary>
    /// <param name="numerator">y.</param>
    /// <param name="numeratorError">σ_y, 0 or more.</param>
    /// <param name="denominator">x, not 0.</param>
    /// <param name="denominatorError">σ_x, 0 or more.</param>
    /// <param name="covariance">σ_xy; 0 when the two come from different data.</param>
    /// <exception cref="ArgumentException">The denominator is 0, an error is negative, or a number is not finite.</exception>
    public static RatioEstimate Of(
        double numerator, double numeratorError, double denominator, double denominatorError, double covariance = 0)
    {
        Samples.Check(nameof(Of), [numerator, numeratorError, denominator, denominatorError, covariance], atLeast: 5);
        if (denominator == 0 || numeratorError < 0 || denominatorError < 0)
            throw new ArgumentException(
                $"Ratio of {numerator} ± {numeratorError} and {denominator} ± {denominatorError}: "
                + "the denominator must not be 0 and errors not negative.");
        double ratio = numerator / denominator;
        double variance = numeratorError * numeratorError - 2 * ratio * covariance + ratio * ratio * denominatorError * denominatorError;
        return new(ratio, Math.Sqrt(Math.Max(0, variance)) / Math.Abs(denominator));
    }

    internal static void Check(string operation, ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators)
    {
        Samples.CheckPairs(operation, numerators, denominators, atLeast: 2);
        for (int i = 0; i < denominators.Length; i++)
            if (denominators[i] <= 0)
                throw new ArgumentException(
                    $"{operation} got denominator {denominators[i]} for unit {i}; it must be above 0. Leave such units out.");
    }
}
