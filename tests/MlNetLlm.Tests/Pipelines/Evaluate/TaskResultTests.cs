using MlNetLlm.Pipelines.Evaluate;

namespace MlNetLlm.Tests.Pipelines.Evaluate;

public sealed class TaskResultTests
{
    [Test]
    public void StandardError_IsTheBinomialOneOverRows() =>
        Assert.That(new Share("acc", 0.25, 101).StandardError, Is.EqualTo(Math.Sqrt(0.25 * 0.75 / 100)).Within(1e-12));

    [Test]
    public void StandardError_OfOneRow_IsAbsent() => Assert.That(new Share("acc", 1, 1).StandardError, Is.Null);

    [TestCase(0.25, "at chance")]
    [TestCase(0.30, "at chance")]
    [TestCase(0.50, "above chance")]
    [TestCase(0.05, "below chance")]
    public void Verdict_FollowsFromTheInterval(double accuracy, string expected) =>
        Assert.That(Result(accuracy, chance: 0.25).Verdict, Is.EqualTo(expected));

    [Test]
    public void Verdict_WhereNothingCanBeGuessed_IsAbsent() => Assert.That(Result(0.5, chance: null).Verdict, Is.Null);

    private static TaskResult Result(double accuracy, double? chance) => new()
    {
        Task = "t", Split = "test", Shares = [new Share("acc", accuracy, 100)], Chance = chance, Rows = 100, Unanswered = 0, Cut = 0,
    };
}
