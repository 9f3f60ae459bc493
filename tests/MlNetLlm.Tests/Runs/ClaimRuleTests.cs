using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Runs;

public sealed class ClaimRuleTests
{
    [TestCase(ClaimDirection.Below, -2, -1, Verdict.Reproduced)]
    [TestCase(ClaimDirection.Below, 1, 2, Verdict.NotReproduced)]
    [TestCase(ClaimDirection.Below, -1, 1, Verdict.Inconclusive)]
    [TestCase(ClaimDirection.Below, -1, 0, Verdict.Inconclusive)]
    [TestCase(ClaimDirection.Below, 0, 1, Verdict.Inconclusive)]
    [TestCase(ClaimDirection.Below, 0, 0, Verdict.Inconclusive)]
    [TestCase(ClaimDirection.Below, -1, -1, Verdict.Reproduced)]
    [TestCase(ClaimDirection.Above, 1, 2, Verdict.Reproduced)]
    [TestCase(ClaimDirection.Above, -2, -1, Verdict.NotReproduced)]
    [TestCase(ClaimDirection.Above, -2, 1, Verdict.Inconclusive)]
    [TestCase(ClaimDirection.Above, 0, 1, Verdict.Inconclusive)]
    [TestCase(ClaimDirection.Above, -1, 0, Verdict.Inconclusive)]
    [TestCase(ClaimDirection.Above, 0, 0, Verdict.Inconclusive)]
    [TestCase(ClaimDirection.Above, 1, 1, Verdict.Reproduced)]
    public void Judge_ByTheIntervalAlone(ClaimDirection direction, double lower, double upper, Verdict expected) =>
        Assert.That(new ClaimRule(direction).Judge(lower, upper), Is.EqualTo(expected));

    [Test]
    public void Judge_OfNoInterval_IsRefused([Values(double.NaN, 2)] double lower) =>
        Assert.That(() => new ClaimRule(ClaimDirection.Below).Judge(lower, 1),
            Throws.ArgumentException.With.Message.EqualTo($"[{lower}, 1] is no interval."));
}
