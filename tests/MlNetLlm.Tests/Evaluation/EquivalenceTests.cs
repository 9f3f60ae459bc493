using MlNetLlm.Evaluation;

namespace MlNetLlm.Tests.Evaluation;

public class EquivalenceTests
{
    [Test]
    public void Paired_OfThreeDifferences_IsTheClosedFormOfTwoDegreesOfFreedom()
    {
        // Mean 0, s = 1, SE = 1/√3, t = 2√3; with two degrees of freedom P(T ≥ t) = 1/2 - t / (2 √(2 + t²)).
        double t = 2 * Math.Sqrt(3), expected = 0.5 - t / (2 * Math.Sqrt(2 + t * t));
        var result = Equivalence.Paired([-1, 0, 1], -2, 2);
        Assert.That(result.PValue, Is.EqualTo(expected).Within(1e-9));
        Assert.That(result.IsEquivalent, Is.True);
        Assert.That(result.Interval.Level, Is.EqualTo(0.9).Within(1e-12));
        Assert.That(result.Interval.Upper, Is.EqualTo(2.919986 / Math.Sqrt(3)).Within(1e-5));        // t(0.95; 2)
    }

    [Test]
    public void Paired_AwayFromTheCentre_TakesTheLargerTail()
    {
        // Mean 1: the upper margin is √3 errors away, the lower 3√3.
        double t = Math.Sqrt(3), expected = 0.5 - t / (2 * Math.Sqrt(2 + t * t));
        Assert.That(Equivalence.Paired([0, 1, 2], -2, 2).PValue, Is.EqualTo(expected).Within(1e-9));
        Assert.That(Equivalence.Paired([0, 1, 2], -2, 2).IsEquivalent, Is.False);
        Assert.That(Equivalence.Paired([0, -1, -2], -2, 2).PValue, Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void Test_OverManyEstimates_AgreesWithTheIntervalWithinTheMargins()
    {
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            double estimate = 4 * random.NextDouble() - 2, error = random.NextDouble();
            var result = Equivalence.Test(estimate, error, 3 + random.Next(20), -1, 1.5, 0.05);
            Assert.That(result.IsEquivalent, Is.EqualTo(result.Interval.Lower >= -1 && result.Interval.Upper <= 1.5));
        }
    }

    [Test]
    public void Test_WithInfinitelyManyDegreesOfFreedom_IsTheNormalTest()
        => Assert.That(
            Equivalence.Test(0, 1, double.PositiveInfinity, -1.959963984540054, 5).PValue, Is.EqualTo(0.025).Within(1e-9));

    [Test]
    public void Test_WithoutError_DecidesByTheMarginsAlone()
    {
        Assert.That(Equivalence.Paired([1, 1, 1], 0, 2).PValue, Is.Zero);
        Assert.That(Equivalence.Paired([1, 1, 1], 1, 2).PValue, Is.EqualTo(1), "on the margin is not within it");
    }

    [Test]
    public void Test_WithSeveralFaults_ListsThemAll()
        => Assert.That(
            () => Equivalence.Test(double.NaN, -1, 0, 2, 1, 0.5),
            Throws.ArgumentException.With.Message.Contains("estimate is NaN").And.Message.Contains("error is -1")
                .And.Message.Contains("margins 2 and 1").And.Message.Contains("alpha is 0.5").And.Message.Contains("0 degrees"));
}
