using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Scoring;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>Turns arms into verdicts by the rules of the preset.</summary>
internal static class Verdicts
{
    /// <summary>A difference of nats a token, with the interval of a bootstrap over the rows that both arms scored.</summary>
    public static RunClaim Nats(ArmClaim claim, IReadOnlyList<TextScore> arm, IReadOnlyList<TextScore> against, int resamples, int seed)
    {
        var pairs = arm.Zip(against).Where(p => p.First.Tokens > 0).ToList();
        var differences = pairs.Select(p => p.First.NegativeLogLikelihood - p.Second.NegativeLogLikelihood).ToArray();
        var tokens = pairs.Select(p => (double)p.First.Tokens).ToArray();
        var interval = Bootstrap.Ratio(differences, tokens, new Random(seed), new BootstrapOptions { Samples = resamples });
        return Judge(claim, $"nats a token on {claim.Split} text, {claim.Arm} minus {claim.Against}, paired over {pairs.Count} rows (nats)",
            interval);
    }

    /// <summary>A number that has no error.</summary>
    public static RunClaim Exact(ArmClaim claim, double value) =>
        Judge(claim, $"trainable parameters, {claim.Arm} over {claim.Against} (ratio)", new(value, value, value, 0.95));

    /// <summary>A claim that this run cannot test.</summary>
    public static RunClaim NotTestable(ArmClaim claim, string why) => ClaimJudge.NotTestable(claim, why, Expected(claim));

    private static RunClaim Judge(ArmClaim claim, string what, ConfidenceInterval interval) =>
        ClaimJudge.Judge(claim, new Measurement(what, interval, Seeds: 1), Expected(claim));

    private static string Expected(ArmClaim claim) =>
        $"{claim.Arm} vs {claim.Against}: {(claim.Rule.Direction == ClaimDirection.Below ? "<" : ">")} {claim.Rule.Threshold}";
}
