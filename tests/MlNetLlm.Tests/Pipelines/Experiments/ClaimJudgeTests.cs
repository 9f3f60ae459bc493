using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Pipelines.Experiments;

/// <summary>Verdicts follow from the rule, the interval and the corrected p-value alone.</summary>
public sealed class ClaimJudgeTests
{
    private static readonly ClaimOptions _claim = new("toy.1", "a paper", "it helps", new ClaimRule(ClaimDirection.Above, 0.5));

    [TestCase(0.6, 0.9, null, Verdict.Reproduced)]
    [TestCase(0.1, 0.4, null, Verdict.NotReproduced)]
    [TestCase(0.4, 0.6, null, Verdict.Inconclusive)]
    [TestCase(0.6, 0.9, 0.05, Verdict.Reproduced)]
    [TestCase(0.6, 0.9, 0.051, Verdict.Inconclusive)]
    [TestCase(0.1, 0.4, 0.2, Verdict.Inconclusive)]
    public void Judge_OfAnInterval_FollowsTheRule(double lower, double upper, double? p, Verdict expected)
    {
        var judged = ClaimJudge.Judge(_claim, new Measurement("gain", new ConfidenceInterval((lower + upper) / 2, lower, upper, 0.95), 5, p));
        Assert.That(judged.Verdict, Is.EqualTo(expected));
        Assert.That(judged.Ci95, Is.EqualTo(new[] { lower, upper }));
        Assert.That((judged.Id, judged.Seeds, judged.Expected), Is.EqualTo(("toy.1", 5, "> 0.5")));
        Assert.That(judged.Measured, p is null ? Is.EqualTo("gain") : Does.Contain("after Holm"));
    }

    [Test]
    public void NotTestable_SaysWhyAndGivesNoNumber()
    {
        var judged = ClaimJudge.NotTestable(_claim, "needs 5 seeds");
        Assert.That((judged.Verdict, judged.Measured, judged.Estimate), Is.EqualTo((Verdict.NotTestableHere, "needs 5 seeds", (double?)null)));
    }
}
