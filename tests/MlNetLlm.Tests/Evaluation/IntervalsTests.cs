using MlNetLlm.Evaluation;

namespace MlNetLlm.Tests.Evaluation;

public class IntervalsTests
{
    [Test]
    public void OfMean_OfOneToFive_IsStudentsTextbookInterval()
    {
        // s² = 2.5, SE = √0.5, t(0.975; 4) = 2.776445
        var interval = Intervals.OfMean([1, 2, 3, 4, 5]);
        Assert.That(interval.Estimate, Is.EqualTo(3).Within(1e-12));
        Assert.That(interval.Upper - 3, Is.EqualTo(2.776445 * Math.Sqrt(0.5)).Within(1e-5));
        Assert.That(3 - interval.Lower, Is.EqualTo(interval.Upper - 3).Within(1e-12));
    }

    [Test]
    public void OfMean_OfTwoValues_IsTheClosedFormOfOneDegreeOfFreedom()
    {
        // With one degree of freedom t(p) = tan(π (p - 1/2)); mean 2, SE 1.
        Assert.That(Intervals.OfMean([1, 3], 0.9).Upper, Is.EqualTo(2 + Math.Tan(Math.PI * 0.45)).Within(1e-6));
    }

    // Newcombe (1998), the score interval without continuity correction.
    [TestCase(81, 263, 0.2553, 0.3662)]
    [TestCase(15, 148, 0.0624, 0.1605)]
    [TestCase(0, 20, 0.0000, 0.1611)]
    [TestCase(1, 29, 0.0061, 0.1718)]
    public void OfShare_OfPublishedCounts_IsThePublishedInterval(int successes, int trials, double lower, double upper)
    {
        var interval = Intervals.OfShare(successes, trials);
        Assert.That((interval.Lower, interval.Upper), Is.EqualTo((lower, upper)).Using<(double A, double B)>(
            (a, b) => Math.Abs(a.A - b.A) < 5e-5 && Math.Abs(a.B - b.B) < 5e-5));
    }

    [Test]
    public void OfShare_AtItsEnds_ObeysTheEquationThatDefinesIt()
    {
        const double z = 1.959963984540054;
        foreach (var (successes, trials) in new[] { (3L, 10L), (930, 1000), (1, 2) })
        {
            var interval = Intervals.OfShare(successes, trials);
            foreach (double p in new[] { interval.Lower, interval.Upper })
                Assert.That(Math.Abs(interval.Estimate - p), Is.EqualTo(z * Math.Sqrt(p * (1 - p) / trials)).Within(1e-9));
        }
    }

    [Test]
    public void OfShare_WithNoOrOnlySuccesses_ReachesTheEndsExactly()
    {
        Assert.That(Intervals.OfShare(0, 7).Lower, Is.Zero);
        Assert.That(Intervals.OfShare(7, 7).Upper, Is.EqualTo(1));
        Assert.That(Intervals.OfShare(7, 7).Lower, Is.EqualTo(1 - Intervals.OfShare(0, 7).Upper).Within(1e-12));
    }

    [Test]
    public void Contains_AtTheEnds_IsTrue()
    {
        var interval = new ConfidenceInterval(0.5, 0, 1, 0.95);
        Assert.That((interval.Contains(0), interval.Contains(1), interval.Contains(-1e-9)), Is.EqualTo((true, true, false)));
    }

    [Test]
    public void Intervals_OfUnusableValues_SayWhatTheyGot()
    {
        Assert.That(() => Intervals.OfMean([1]), Throws.ArgumentException.With.Message.Contains("got 1 values; it needs at least 2"));
        Assert.That(() => Intervals.OfMean([1, double.NaN]), Throws.ArgumentException.With.Message.Contains("NaN as value 1"));
        Assert.That(() => Intervals.OfMean([1, 2], 1), Throws.ArgumentException.With.Message.Contains("level 1"));
        Assert.That(() => Intervals.OfShare(3, 2), Throws.ArgumentException.With.Message.Contains("3 successes in 2 trials"));
    }
}
