using MlNetLlm.Pipelines.ConceptMixing;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

public class ReachTests
{
    private static readonly (double, double)[] Baseline = [(100, 5), (200, 4), (300, 3)];

    [TestCase(3.5, 250)]
    [TestCase(5, 100)]
    [TestCase(6, 100)]
    [TestCase(2.9, null)]
    public void Cost_IsWhereTheCurveFirstIsThatLow(double loss, double? expected) =>
        Assert.That(Reach.Cost(Baseline, loss), Is.EqualTo(expected));

    [Test]
    public void Cost_TakesTheFirstTime_AlsoWhereTheCurveRisesAgain() =>
        Assert.That(Reach.Cost([(100, 5), (200, 3), (300, 4), (400, 2)], 3), Is.EqualTo(200));

    [Test]
    public void Saving_IsOneLessTheShareNeeded() =>
        Assert.That(Reach.Saving([(100, 4), (200, 3), (300, 2)], Baseline), Is.EqualTo(1 - 200 / 300.0).Within(1e-12));

    [Test]
    public void Saving_WhereTheLossIsNeverReached_IsNegative()
    {
        // Ends at 4, where the baseline was after 200: half as much again was needed.
        Assert.That(Reach.Saving([(100, 5.5), (300, 4)], Baseline), Is.EqualTo(-0.5).Within(1e-12));
        Assert.That(Reach.Saving(Baseline, Baseline), Is.Zero);
    }
}
