using System.Globalization;
using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>
/// Turns seed values into verdicts: a bootstrap interval over seeds decides by the preset's rule, and an exact sign-flip test over seeds
/// must agree. The primary claim is tested alone; the others are corrected together by Holm, in each direction as a family of its own.
/// </summary>
internal static class ResetVerdicts
{
    private sealed record Tested(ResetClaimOptions Claim, SeedValues Values, ConfidenceInterval Interval, double Claimed, double Refuted);

    /// <summary>The verdicts, in the order of the claims.</summary>
    public static IReadOnlyList<RunClaim> Judge(ResetExperimentOptions options, IReadOnlyList<SectionResult> sections, int seed)
    {
        var tested = new Dictionary<string, Tested>();
        var untestable = new Dictionary<string, string>();
        foreach (var claim in options.Claims)
        {
            var section = sections.First(section => section.Options.Name == claim.Section);
            var values = Endpoints.Known[claim.Endpoint](section);
            if (values.Values.Count >= 2) tested[claim.Id] = Test(claim, values, options.BootstrapResamples, seed);
            else untestable[claim.Id] = $"{values.What}: {Count(values.Values.Count)} of this run has it; two or more are needed";
        }
        var family = tested.Values.Where(test => test.Claim.Id != options.Primary).ToList();
        var (claimed, refuted) = (Corrected(family, test => test.Claimed), Corrected(family, test => test.Refuted));
        return [.. options.Claims.Select(claim => tested.TryGetValue(claim.Id, out var test)
            ? Verdict(test, claimed.GetValueOrDefault(claim.Id, test.Claimed), refuted.GetValueOrDefault(claim.Id, test.Refuted))
            : ClaimJudge.NotTestable(claim, untestable[claim.Id]))];
    }

    private static Tested Test(ResetClaimOptions claim, SeedValues values, int resamples, int seed)
    {
        double[] ordered = [.. values.Values.OrderBy(item => item.Key).Select(item => item.Value)];
        double[] shifted = [.. ordered.Select(value => value - claim.Rule.Threshold)];
        var above = claim.Rule.Direction == ClaimDirection.Above;
        var interval = Bootstrap.Mean(ordered, new Random(seed), new BootstrapOptions { Samples = resamples });
        return new Tested(claim, values, interval,
            Significance.ExactSignFlip(shifted, above ? Alternative.Greater : Alternative.Less),
            Significance.ExactSignFlip(shifted, above ? Alternative.Less : Alternative.Greater));
    }

    private static Dictionary<string, double> Corrected(List<Tested> family, Func<Tested, double> p)
    {
        var adjusted = Significance.Holm([.. family.Select(p)]);
        return family.Select((test, i) => (test.Claim.Id, adjusted[i])).ToDictionary(item => item.Id, item => item.Item2);
    }

    private static RunClaim Verdict(Tested test, double claimed, double refuted)
    {
        var side = test.Claim.Rule.Direction == ClaimDirection.Above
            ? test.Interval.Estimate > test.Claim.Rule.Threshold
            : test.Interval.Estimate < test.Claim.Rule.Threshold;
        var seeds = string.Join(", ", test.Values.Values.OrderBy(item => item.Key)
            .Select(item => item.Value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture)));
        return ClaimJudge.Judge(test.Claim, new Measurement(
            $"{test.Values.What}; by seed: {seeds}", test.Interval, test.Values.Values.Count, side ? claimed : refuted));
    }

    private static string Count(int seeds) => seeds == 1 ? "1 seed" : $"{seeds} seeds";
}
