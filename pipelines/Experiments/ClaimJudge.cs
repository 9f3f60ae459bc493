using System.Globalization;
using MlNetLlm.Evaluation;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>What a run measured for a claim.</summary>
/// <param name="What">The quantity in words, with its unit and what was paired with what.</param>
/// <param name="Interval">The effect with its 95 % interval.</param>
/// <param name="Seeds">Seeds behind it.</param>
/// <param name="HolmP">
/// P-value after Holm's correction over the claims that were tested together, or null where the claim was named as the primary one or has
/// no test.
/// </param>
internal sealed record Measurement(string What, ConfidenceInterval Interval, int Seeds, double? HolmP = null);

/// <summary>Turns measurements into verdicts by the rules of a preset.</summary>
internal static class ClaimJudge
{
    /// <summary>What a corrected p-value may be at most for a verdict other than inconclusive.</summary>
    public const double Level = 0.05;

    /// <summary>The verdict of the rule; inconclusive where the corrected p-value is too large for one.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="measured">What was measured for it.</param>
    /// <param name="expected">What the claim predicts, in words; null = the rule's own.</param>
    public static RunClaim Judge(ClaimOptions claim, Measurement measured, string? expected = null)
    {
        var (what, interval, seeds, p) = measured;
        var verdict = claim.Rule.Judge(interval.Lower, interval.Upper);
        return new RunClaim
        {
            Id = claim.Id,
            Source = claim.Source,
            Statement = claim.Statement,
            Measured = p is { } value ? string.Create(CultureInfo.InvariantCulture, $"{what}; p = {value:G2} after Holm") : what,
            Expected = expected ?? Expected(claim.Rule),
            Estimate = interval.Estimate,
            Ci95 = [interval.Lower, interval.Upper],
            Seeds = seeds,
            Verdict = p > Level ? Verdict.Inconclusive : verdict,
        };
    }

    /// <summary>A claim that this run cannot test.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="why">What is missing.</param>
    /// <param name="expected">What the claim predicts, in words; null = the rule's own.</param>
    public static RunClaim NotTestable(ClaimOptions claim, string why, string? expected = null) => new()
    {
        Id = claim.Id,
        Source = claim.Source,
        Statement = claim.Statement,
        Measured = why,
        Expected = expected ?? Expected(claim.Rule),
        Seeds = 0,
        Verdict = Verdict.NotTestableHere,
    };

    private static string Expected(ClaimRule rule) =>
        string.Create(CultureInfo.InvariantCulture, $"{(rule.Direction == ClaimDirection.Below ? "<" : ">")} {rule.Threshold}");
}
