using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;
using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.Miniature;

public class MiniatureVerdictsTests
{
    private static readonly MiniatureOptions Mini =
        PresetFile.Load<SvfExperimentOptions>(new SvfExperiment(), "mini", []).Miniature! with { BootstrapResamples = 500 };

    [Test]
    public void Judge_GivesEveryClaimOneVerdict_ByItsRule()
    {
        var findings = new Findings();
        findings.Contrasts["svf-over-base"] = Planted(0.2);
        findings.Contrasts["svf-over-lora-many"] = Planted(0.2);
        findings.Contrasts["few-shot-over-base"] = Planted(0);
        var verdicts = MiniatureVerdicts.Judge(Mini, findings, seed: 1).ToDictionary(claim => claim.Id);
        Assert.That(verdicts, Has.Count.EqualTo(Mini.Claims.Count));
        Assert.That(verdicts["svf.E1"].Verdict, Is.EqualTo(Verdict.Reproduced));
        Assert.That(verdicts["svf.E1"].Seeds, Is.EqualTo(5));
        Assert.That(verdicts["svf.E1.many"].Verdict, Is.EqualTo(Verdict.NotReproduced));
        Assert.That(verdicts["svf.E5.base"].Verdict, Is.EqualTo(Verdict.Inconclusive));
        Assert.That(verdicts["svf.E9"].Verdict, Is.EqualTo(Verdict.NotTestableHere));
        Assert.That(verdicts["svf.E9"].Measured, Does.Contain("ordered-over-shuffled"));
        Assert.That(verdicts["svf.E13"].Verdict, Is.EqualTo(Verdict.NotTestableHere));
    }

    [Test]
    public void Judge_CorrectsForTheNumberOfClaimsTested()
    {
        // Alone just significant; beside many others no longer.
        var findings = new Findings();
        findings.Contrasts["svf-over-base"] = Planted(0.11);
        Assert.That(MiniatureVerdicts.Judge(Mini, findings, 1).First(c => c.Id == "svf.E1").Verdict, Is.EqualTo(Verdict.Reproduced));
        foreach (var claim in Mini.Claims.Where(claim => claim.Endpoint is not null && claim.Id != "svf.E1"))
            findings.Contrasts[claim.Endpoint!] = Planted(claim.Rule.Threshold);
        Assert.That(MiniatureVerdicts.Judge(Mini, findings, 1).First(c => c.Id == "svf.E1").Verdict, Is.EqualTo(Verdict.Inconclusive));
    }

    [Test]
    public void Contrast_IsTheDifferenceQuestionByQuestion() =>
        Assert.That(Contrast.Of("", ["110"], ["011"]).Values[0], Is.EqualTo(new double[] { 1, 0, -1 }));

    // Seeds that differ a little, questions that differ a lot.
    private static Contrast Planted(double mean) => new("planted", [.. Enumerable.Range(0, 5).Select(seed =>
        Enumerable.Range(0, 200).Select(i => mean + 0.01 * (seed - 2) + (i % 2 == 0 ? 0.7 : -0.7)).ToArray())]);
}
