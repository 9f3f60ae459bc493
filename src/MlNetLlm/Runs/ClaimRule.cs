namespace MlNetLlm.Runs;

/// <summary>How a verdict follows from an interval. Fixed in a preset before the run.</summary>
/// <param name="Direction">below: the effect is claimed to lie below the threshold; above: above it.</param>
/// <param name="Threshold">The boundary, in the unit of the estimate.</param>
public sealed record ClaimRule(ClaimDirection Direction, double Threshold = 0)
{
    /// <summary>The verdict of a 95 % confidence interval.</summary>
    /// <exception cref="ArgumentException">The interval is not a number or runs backwards.</exception>
    public Verdict Judge(double lower, double upper)
    {
        if (!(lower <= upper)) throw new ArgumentException($"[{lower}, {upper}] is no interval.");
        var (claimed, refuted) = Direction == ClaimDirection.Below ? (upper < Threshold, lower > Threshold)
            : (lower > Threshold, upper < Threshold);
        return claimed ? Verdict.Reproduced : refuted ? Verdict.NotReproduced : Verdict.Inconclusive;
    }
}

/// <summary>The side of the threshold on which a claim puts the effect.</summary>
public enum ClaimDirection
{
    /// <summary>Below the threshold.</summary>
    Below,

    /// <summary>Above the threshold.</summary>
    Above,
}
