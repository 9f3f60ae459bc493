using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Turns contrasts into verdicts by the rules of the preset.</summary>
internal static class MiniatureVerdicts
{
    /// <summary>One verdict a claim, in the preset's order. All claims that can be tested are corrected together.</summary>
    public static IEnumerable<RunClaim> Judge(MiniatureOptions options, Findings findings, int seed)
    {
        var judged = options.Claims.Where(claim => claim.Endpoint is { } name && findings.Contrasts.ContainsKey(name)).ToDictionary(
            claim => claim.Id, claim => CrossedBootstrap.Judge(
                findings.Contrasts[claim.Endpoint!].Values, claim.Rule.Threshold, options.BootstrapResamples, new Random(seed)));
        var corrected = judged.Keys.Zip(Significance.Holm([.. judged.Values.Select(one => one.PValue)]))
            .ToDictionary(pair => pair.First, pair => pair.Second);
        foreach (var claim in options.Claims)
        {
            if (claim.Endpoint is not { } endpoint)
            {
                yield return ClaimJudge.NotTestable(claim, "nothing of this size can test it");
            }
            else if (!findings.Contrasts.TryGetValue(endpoint, out var contrast))
            {
                yield return ClaimJudge.NotTestable(claim, $"the section that measures '{endpoint}' did not run");
            }
            else
            {
                yield return ClaimJudge.Judge(claim, new Measurement(
                    contrast.What, judged[claim.Id].Interval, contrast.Values.Count, corrected[claim.Id]));
            }
        }
    }
}
