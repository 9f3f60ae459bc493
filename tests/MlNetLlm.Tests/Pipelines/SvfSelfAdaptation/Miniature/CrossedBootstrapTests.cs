using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

namespace MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.Miniature;

public class CrossedBootstrapTests
{
    // Values a + b[seed] + c[question]: a resample's mean is a + mean of drawn b + mean of drawn c, so its variance is known.
    [Test]
    public void Interval_AddsTheVarianceOfSeedsAndOfQuestions()
    {
        double[] seeds = [-0.2, -0.1, 0, 0.1, 0.2];
        var questions = Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? 0.5 : -0.5).ToArray();
        double[][] values = [.. seeds.Select(b => questions.Select(c => 0.3 + b + c).ToArray())];
        var interval = CrossedBootstrap.Judge(values, 0, 20_000, new Random(1)).Interval;
        var half = 1.96 * Math.Sqrt(0.02 / 5 + 0.25 / 40);
        Assert.That(interval.Estimate, Is.EqualTo(0.3).Within(1e-12));
        Assert.That(interval.Lower, Is.EqualTo(0.3 - half).Within(0.02));
        Assert.That(interval.Upper, Is.EqualTo(0.3 + half).Within(0.02));
    }

    [Test]
    public void Interval_OfOneSeedAndOneQuestion_IsThatValue()
    {
        var interval = CrossedBootstrap.Judge([[0.25]], 0, 100, new Random(1)).Interval;
        Assert.That((interval.Lower, interval.Upper), Is.EqualTo((0.25, 0.25)));
    }

    [Test]
    public void PValue_FallsWithTheDistanceFromTheThreshold()
    {
        double[][] values = [[0.9, 1.1, 1, 0.8, 1.2]];
        Assert.That(CrossedBootstrap.Judge(values, 0, 1000, new Random(1)).PValue, Is.EqualTo(2.0 / 1001));
        Assert.That(CrossedBootstrap.Judge(values, 2, 1000, new Random(1)).PValue, Is.EqualTo(2.0 / 1001));
        Assert.That(CrossedBootstrap.Judge(values, 0.99, 1000, new Random(1)).PValue, Is.GreaterThan(0.5));
    }

    [Test]
    public void Means_UseTheSameResamplesForEveryTable()
    {
        double[][] values = [[1, 2, 3], [4, 5, 9]];
        var means = CrossedBootstrap.Means([values, [.. values.Select(row => row.Select(v => v + 1).ToArray())]], 50, new Random(1));
        Assert.That(means[0].Zip(means[1], (a, b) => b - a), Is.All.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void Means_OfTablesOfDifferentShape_AreRefused() =>
        Assert.That(() => CrossedBootstrap.Means([[[1.0]], [[1.0, 2.0]]], 10, new Random(1)), Throws.ArgumentException);
}
