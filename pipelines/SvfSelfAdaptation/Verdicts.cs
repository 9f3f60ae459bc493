using MlNetLlm.Evaluation;
using MlNetLlm.Runs;
using MlNetLlm.Scoring;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>Turns arms into verdicts by the rules of the preset.</summary>
internal static class Verdicts
{
    /// <summary>A difference of nats a token, with the interval of a bootstrap over the rows that both arms scored.</summary>
    public static RunClaim Nats(ClaimOptions claim, IReadOnlyList<TextScore> arm, IReadOnlyList<TextScore> against, int resamples, int seed)
    {
        var pairs = arm.Zip(against).Where(p => p.First.Tokens > 0).ToList();
        var differences = pairs.Select(p => p.First.NegativeLogLikelihood - p.Second.NegativeLogLikelihood).ToArray();
        var tokens = pairs.Select(p => (double)p.First.Tokens).ToArray();
        var interval = Bootstrap.Ratio(differences, tokens, new Random(seed), new BootstrapOptions { Samples = resamples });
        return Claim(claim, $"nats a token on {claim.Split} text, {claim.Arm} minus {claim.Against}, paired over {pairs.Count} rows",
            "nats", interval.Estimate, interval.Lower, interval.Upper);
    }

    /// <summary>A number that has no error.</summary>
    public static RunClaim Exact(ClaimOptions claim, double value) =>
        Claim(claim, $"trainable parameters, {claim.Arm} over {claim.Against}", "ratio", value, value, value);

    /// <summary>A claim that this run cannot test.</summary>
    public static RunClaim NotTestable(ClaimOptions claim, string why) => new()
    {
        Id = claim.Id,
        Source = claim.Source,
        Statement = claim.Statement,
        Measured = why,
        Expected = Expected(claim),
        Seeds = 1,
        Verdict = Verdict.NotTestableHere,
    };

    private static RunClaim Claim(ClaimOptions claim, string measured, string unit, double estimate, double lower, double upper) => new()
    {
        Id = claim.Id,
        Source = claim.Source,
        Statement = claim.Statement,
        Measured = $"{measured} ({unit})",
        Expected = Expected(claim),
        Estimate = estimate,
        Ci95 = [lower, upper],
        Seeds = 1,
        Verdict = claim.Rule.Judge(lower, upper),
    };

    private static string Expected(ClaimOptions claim) =>
        $"{claim.Arm} vs {claim.Against}: {(claim.Rule.Direction == ClaimDirection.Below ? "<" : ">")} {claim.Rule.Threshold}";
}
