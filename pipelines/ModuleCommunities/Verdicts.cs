using System.Globalization;
using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>
/// Turns quantities into verdicts by the preset's rules: an interval over models (or models and targets) decides, Student's of few and a
/// bootstrap's of many; where the claim is a paired comparison a sign-flip test must agree (Holm over all such claims), and where it is
/// sameness the interval of two one-sided tests must lie within the margin.
/// </summary>
internal static class Verdicts
{
    /// <summary>Fewer values are not resampled: a bootstrap of two or three spans just from the least to the most.</summary>
    private const int FewestResampled = 8;

    /// <summary>The verdicts, in the order of the claims.</summary>
    public static IEnumerable<RunClaim> Judge(RunResults run, int seed)
    {
        var measured = run.Options.Claims.Select(claim => (
            Claim: claim, Endpoint: Endpoints.Known[claim.Id[(claim.Id.IndexOf('.', StringComparison.Ordinal) + 1)..]](run))).ToList();
        var tested = measured.Where(item => item.Endpoint is { Test: not null, Values.Count: > 1 }).ToList();
        double[] alone = [.. tested.Select(item => SignFlip(item.Endpoint, run.Options.BootstrapResamples, seed))];
        var corrected = tested.Zip(Significance.Holm(alone)).ToDictionary(pair => pair.First.Claim.Id, pair => pair.Second);
        foreach (var (claim, endpoint) in measured)
        {
            if (endpoint.Values.Count < (endpoint.IsExact ? 1 : 2))
                yield return ClaimJudge.NotTestable(
                    claim, $"{endpoint.What}: {endpoint.Missing ?? $"too few values in this run ({endpoint.Values.Count})"}");
            else if (endpoint.Margin is { } margin)
                yield return Equivalent(claim, endpoint, margin);
            else
                yield return ClaimJudge.Judge(claim, new Measurement(
                    What(endpoint), Interval(endpoint, run.Options.BootstrapResamples, seed), endpoint.Seeds,
                    corrected.TryGetValue(claim.Id, out var p) ? p : null));
        }
    }

    // By all patterns of signs where they can be counted, else by random ones.
    private static double SignFlip(Endpoint endpoint, int samples, int seed)
    {
        double[] values = [.. endpoint.Values.Select(value => value - endpoint.Test!.Value)];
        return values.Length <= Significance.ExactLimit
            ? Significance.ExactSignFlip(values)
            : Significance.PairedPermutation(values, new double[values.Length], new Random(seed), samples);
    }

    private static ConfidenceInterval Interval(Endpoint endpoint, int resamples, int seed) => endpoint.IsExact
        ? new ConfidenceInterval(endpoint.Values.Max(), endpoint.Values.Max(), endpoint.Values.Max(), 0.95)
        : endpoint.Values.Count < FewestResampled ? Intervals.OfMean([.. endpoint.Values])
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
        var interval = Intervals.OfMean([.. endpoint.Values]);
        return ClaimJudge.NotTestable(claim, "") with
        {
            Measured = string.Create(CultureInfo.InvariantCulture,
                $"{What(endpoint)}; two one-sided tests at ±{margin}: p = {test.PValue:G2}, 90 % interval "
                    + $"{test.Interval.Lower:0.####} to {test.Interval.Upper:0.####}"),
            Expected = string.Create(CultureInfo.InvariantCulture, $"within ±{margin}"),
            Estimate = interval.Estimate,
            Ci95 = [interval.Lower, interval.Upper],
            Seeds = endpoint.Seeds,
            Verdict = verdict,
        };
    }

    private static string What(Endpoint endpoint) => $"{endpoint.What}: "
        + string.Join(", ", endpoint.Values.Select(value => value.ToString("0.###", CultureInfo.InvariantCulture)));
}
