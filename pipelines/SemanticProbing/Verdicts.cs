using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>
/// Verdicts: the interval of every claim by <see cref="SeedBootstrap"/>, its p-value corrected over all claims but the primary one (Holm).
/// </summary>
internal static class Verdicts
{
    /// <summary>Judges the claims of a preset.</summary>
    public static IEnumerable<RunClaim> Judge(IReadOnlyList<ModelResult> models, Effects effects, ProbingOptions options, int seed)
    {
        var measured = options.Claims.Select(claim =>
        {
            var effect = effects.Of(claim.Id[(claim.Id.IndexOf('.', StringComparison.Ordinal) + 1)..]);
            return (Claim: claim, effect.What, Found: SeedBootstrap.Mean(
                models.Count, options.TestPrograms, effect.Statistic, claim.Rule.Threshold, options.BootstrapResamples, seed));
        }).ToList();
        var tested = measured.Where(item => item.Found is not null && item.Claim.Id != options.PrimaryClaim).ToList();
        var corrected = tested.Zip(Significance.Holm([.. tested.Select(item => item.Found!.Value.P)]))
            .ToDictionary(pair => pair.First.Claim.Id, pair => pair.Second);
        foreach (var (claim, what, found) in measured)
            yield return found is { } value
                ? ClaimJudge.Judge(claim, new Measurement(
                    what, value.Interval, models.Count, claim.Id == options.PrimaryClaim ? null : corrected[claim.Id]))
                : ClaimJudge.NotTestable(claim, $"{what}: this run has too few models, snapshots or arms for it");
    }
}
