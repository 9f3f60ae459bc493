using System.Globalization;
using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>
/// Turns quantities into verdicts by the preset's rules: a bootstrap interval over models (or models and targets) decides; where the
/// claim is a paired comparison an exact sign-flip test must agree (Holm over all such claims), and where it is sameness the interval of
/// two one-sided tests must lie within the margin.
/// </summary>
internal static class Verdicts
{
    /// <summary>The verdicts, in the order of the claims.</summary>
    public static IEnumerable<RunClaim> Judge(RunResults run, int seed)
    {
        var measured = run.Options.Claims.Select(claim => (
            Claim: claim, Endpoint: Endpoints.Known[claim.Id[(claim.Id.IndexOf('.', StringComparison.Ordinal) + 1)..]](run))).ToList();
        var tested = measured.Where(item => item.Endpoint is { Test: not null, Values.Count: > 1 }).ToList();
        var corrected = tested.Zip(Significance.Holm([.. tested.Select(item => SignFlip(item.Endpoint))]))
            .ToDictionary(pair => pair.First.Claim.Id, pair => pair.Second);
        foreach (var (claim, endpoint) in measured)
        {
            if (endpoint.Values.Count < (endpoint.IsExact ? 1 : 2))
                yield return ClaimJudge.NotTestable(claim, $"{endpoint.What}: too few values in this run ({endpoint.Values.Count})");
            else if (endpoint.Margin is { } margin)
                yield return Equivalent(claim, endpoint, margin);
            else
                yield return ClaimJudge.Judge(claim, new Measurement(
                    What(endpoint), Interval(endpoint, run.Options.BootstrapResamples, seed), endpoint.Seeds,
                    corrected.TryGetValue(claim.Id, out var p) ? p : null));
        }
    }

    private static double SignFlip(Endpoint endpoint) =>
        Significance.ExactSignFlip([.. endpoint.Values.Select(value => value - endpoint.Test!.Value)]);

    private static ConfidenceInterval Interval(Endpoint endpoint, int resamples, int seed) => endpoint.IsExact
        ? new ConfidenceInterval(endpoint.Values.Max(), endpoint.Values.Max(), endpoint.Values.Max(), 0.95)
        : Bootstrap.Mean([.. endpoint.Values], new Random(seed), new BootstrapOptions
        {
            Samples = resamples, Method = BootstrapMethod.Percentile,       // too few units for a correction of bias
        });

    // Sameness: reproduced when the effect lies within the margin, not reproduced when it surely lies outside.
    private static RunClaim Equivalent(ClaimOptions claim, Endpoint endpoint, double margin)
    {
        var test = Equivalence.Paired([.. endpoint.Values], -margin, margin);
        var verdict = test.IsEquivalent ? Verdict.Reproduced
            : test.Interval.Lower > margin || test.Interval.Upper < -margin ? Verdict.NotReproduced : Verdict.Inconclusive;
        return ClaimJudge.NotTestable(claim, "") with
        {
            Measured = string.Create(CultureInfo.InvariantCulture,
                $"{What(endpoint)}; two one-sided tests at ±{margin}: p = {test.PValue:G2}, 90 % interval"),
            Expected = string.Create(CultureInfo.InvariantCulture, $"within ±{margin}"),
            Estimate = test.Interval.Estimate,
            Ci95 = [test.Interval.Lower, test.Interval.Upper],
            Seeds = endpoint.Seeds,
            Verdict = verdict,
        };
    }

    private static string What(Endpoint endpoint) => endpoint.Values.Count > 12 ? endpoint.What : $"{endpoint.What}: "
        + string.Join(", ", endpoint.Values.Select(value => value.ToString("0.###", CultureInfo.InvariantCulture)));
}
