using System.Globalization;
using MathNet.Numerics.Distributions;
using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// Turns endpoints into verdicts by the preset's rules: Student's 95 % interval of the mean over seeds decides. Where a claim has several
/// parts it is reproduced when all are, and not reproduced when one is refuted; the part furthest from the claim, a refuted one first, is
/// the estimate shown. Beside it stands the p-value after Holm's correction over all claims tested, which changes no verdict.
/// </summary>
internal static class ConceptVerdicts
{
    private sealed record Judged(EndpointPart Part, ConfidenceInterval Interval, double P, Verdict Verdict);

    /// <summary>The verdicts, in the order of the claims.</summary>
    public static IReadOnlyList<RunClaim> Judge(ConceptRun run)
    {
        var endpoints = run.Options.Claims.Select(claim => (
            Claim: claim, Endpoint: run.Study(claim.Study) is { } study ? Endpoints.Known[claim.Endpoint](run, study)
                : new Endpoint([], $"the run has no study '{claim.Study}'"))).ToList();
        var why = endpoints.Select(item => Missing(item.Claim, item.Endpoint, Failed(run, item.Claim))).ToList();
        var judged = endpoints.Select((item, i) => why[i] is null ? Parts(item.Claim, item.Endpoint) : []).ToList();
        var tested = Enumerable.Range(0, judged.Count).Where(i => judged[i].Count > 0).ToList();
        var corrected = Significance.Holm([.. tested.Select(i => judged[i].Max(part => part.P))]);
        return [.. endpoints.Select((item, i) => why[i] is { } missing
            ? ClaimJudge.NotTestable(item.Claim, missing)
            : Verdict(item.Claim, item.Endpoint, judged[i], corrected[tested.IndexOf(i)], tested.Count))];
    }

    /// <summary>Seeds needed to see an effect with 80 % power at 5 %: (2.8 · sd / effect)².</summary>
    public static double NeededSeeds(IReadOnlyCollection<double> differences, double effect)
    {
        var mean = differences.Average();
        var variance = differences.Sum(value => (value - mean) * (value - mean)) / (differences.Count - 1);
        return 2.8 * 2.8 * variance / (effect * effect);
    }

    // The gates are those of the teacher whose concepts the claim's study uses.
    private static List<string> Failed(ConceptRun run, ConceptClaimOptions claim) =>
        run.Study(claim.Study) is not { } study ? []
            : [.. run.TeacherOf(study.Options).Gates.Where(gate => !gate.Passed).Select(gate => gate.Text)];

    private static string? Missing(ConceptClaimOptions claim, Endpoint endpoint, List<string> failed)
    {
        if (claim.Gated && failed.Count > 0) return $"the autoencoder failed {Count(failed.Count, "gate")}: {string.Join("; ", failed)}";
        if (endpoint.Missing is { } missing) return missing;
        return endpoint.Parts.FirstOrDefault(part => part.Values.Count < 2) is { } few
            ? $"{few.What}: {Count(few.Values.Count, endpoint.Unit)} of this run has it; two or more are needed" : null;
    }

    private static List<Judged> Parts(ConceptClaimOptions claim, Endpoint endpoint) => [.. endpoint.Parts.Select(part =>
    {
        double[] values = [.. part.Values.OrderBy(item => item.Key).Select(item => item.Value)];
        var interval = Intervals.OfMean(values);
        return new Judged(
            part, interval, P(interval, values.Length, claim.Rule.Threshold), claim.Rule.Judge(interval.Lower, interval.Upper));
    })];

    // Student's test of the mean against the threshold, both sides.
    private static double P(ConfidenceInterval interval, int count, double threshold)
    {
        var error = (interval.Upper - interval.Estimate) / StudentT.InvCDF(0, 1, count - 1, 0.975);
        var distance = Math.Abs(interval.Estimate - threshold);
        return error > 0 ? 2 * StudentT.CDF(0, 1, count - 1, -distance / error) : distance > 0 ? 0 : 1;
    }

    private static RunClaim Verdict(ConceptClaimOptions claim, Endpoint endpoint, List<Judged> parts, double corrected, int claims)
    {
        var refuted = parts.Where(part => part.Verdict == Runs.Verdict.NotReproduced).ToList();
        var below = claim.Rule.Direction == ClaimDirection.Below;
        var weakest = (refuted.Count > 0 ? refuted : parts).MaxBy(part => below ? part.Interval.Upper : -part.Interval.Lower)!;
        var what = string.Join("; ", parts.Select(
            part => parts.Count == 1 ? Text(part, endpoint) : $"{Text(part, endpoint)} → {Word(part)}"));
        var measured = new Measurement(
            string.Create(CultureInfo.InvariantCulture, $"{what}; p = {corrected:G2} after Holm over {claims} claims"),
            weakest.Interval, Seeds(endpoint, weakest));
        return ClaimJudge.Judge(claim, measured) with
        {
            Verdict = parts.All(part => part.Verdict == Runs.Verdict.Reproduced) ? Runs.Verdict.Reproduced
                : parts.Any(part => part.Verdict == Runs.Verdict.NotReproduced) ? Runs.Verdict.NotReproduced : Runs.Verdict.Inconclusive,
        };
    }

    private static int Seeds(Endpoint endpoint, Judged part) => endpoint.Unit == "seed" ? part.Part.Values.Count : 1;

    private static string Text(Judged judged, Endpoint endpoint)
    {
        var interval = judged.Interval;
        var values = judged.Part.Values.Count > 8 ? Count(judged.Part.Values.Count, endpoint.Unit) : string.Join(", ", judged.Part.Values
            .OrderBy(item => item.Key).Select(item => item.Value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{judged.Part.What}: {interval.Estimate:+0.0000;-0.0000;0.0000} [{interval.Lower:F4}, {interval.Upper:F4}] ({values})");
    }

    private static string Word(Judged judged) => judged.Verdict switch
    {
        Runs.Verdict.Reproduced => "as claimed",
        Runs.Verdict.NotReproduced => "against it",
        _ => "open",
    };

    private static string Count(int count, string unit) => count == 1 ? $"1 {unit}" : $"{count} {unit}s";
}
