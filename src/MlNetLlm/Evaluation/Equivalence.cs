using MathNet.Numerics.Distributions;

namespace MlNetLlm.Evaluation;

/// <summary>The result of two one-sided tests.</summary>
/// <param name="PValue">The larger of the two p-values.</param>
/// <param name="Interval">The interval of level 1 - 2 α that must lie within the margins.</param>
/// <param name="IsEquivalent">Whether the effect was shown to lie within the margins.</param>
public readonly record struct EquivalenceResult(double PValue, ConfidenceInterval Interval, bool IsEquivalent);

/// <summary>
/// Shows that an effect is too small to matter: a difference that is not significant shows no such thing. Two one-sided t-tests (TOST,
/// Schuirmann 1987) reject "at or below the lower margin" and "at or above the upper margin", each at level α.
/// </summary>
public static class Equivalence
{
    /// <summary>Tests the mean of paired differences.</summary>
    /// <param name="differences">One difference a unit, two or more.</param>
    /// <param name="lower">The lower margin, fixed before the data were seen.</param>
    /// <param name="upper">The upper margin.</param>
    /// <param name="alpha">The level, below 0.5.</param>
    /// <exception cref="ArgumentException">Differences are too few or not finite, or margins or level are out of range.</exception>
    public static EquivalenceResult Paired(ReadOnlySpan<double> differences, double lower, double upper, double alpha = 0.05)
    {
        Samples.Check(nameof(Paired), differences, atLeast: 2);
        return Test(Samples.Mean(differences), Samples.StandardError(differences), differences.Length - 1, lower, upper, alpha);
    }

    /// <summary>Tests an estimate whose error is known.</summary>
    /// <param name="estimate">The estimate.</param>
    /// <param name="standardError">Its standard error, 0 or more.</param>
    /// <param name="degreesOfFreedom">Of the error, above 0; infinite for a normal estimate.</param>
    /// <param name="lower">The lower margin.</param>
    /// <param name="upper">The upper margin.</param>
    /// <param name="alpha">The level, below 0.5.</param>
    /// <exception cref="ArgumentException">A number is out of range; the message names all that are.</exception>
    public static EquivalenceResult Test(
        double estimate, double standardError, double degreesOfFreedom, double lower, double upper, double alpha = 0.05)
    {
        var faults = new List<string>();
        if (!double.IsFinite(estimate)) faults.Add($"the estimate is {estimate}, not finite.");
        if (!(standardError >= 0) || double.IsInfinity(standardError)) faults.Add($"the error is {standardError}; it must be 0 or more.");
        if (!(degreesOfFreedom > 0)) faults.Add($"{degreesOfFreedom} degrees of freedom; there must be more than 0.");
        if (!(lower < upper)) faults.Add($"margins {lower} and {upper}; the lower must be below the upper.");
        if (!(alpha is > 0 and < 0.5)) faults.Add($"alpha is {alpha}; it must lie between 0 and 0.5.");
        if (faults.Count > 0) throw new ArgumentException($"Equivalence test: {string.Join(" ", faults)}");

        double aboveLower = UpperTail(estimate - lower, standardError, degreesOfFreedom);
        double belowUpper = UpperTail(upper - estimate, standardError, degreesOfFreedom);
        double p = Math.Max(aboveLower, belowUpper), half = StudentT.InvCDF(0, 1, degreesOfFreedom, 1 - alpha) * standardError;
        return new(p, new(estimate, estimate - half, estimate + half, 1 - 2 * alpha), p <= alpha);
    }

    // P(T ≥ distance / error); without any error the sign of the distance decides.
    private static double UpperTail(double distance, double error, double degreesOfFreedom)
        => error == 0 ? (distance > 0 ? 0 : 1) : StudentT.CDF(0, 1, degreesOfFreedom, -distance / error);
}
