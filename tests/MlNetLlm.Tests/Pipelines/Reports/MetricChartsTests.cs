using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Pipelines.Reports;

public sealed class MetricChartsTests
{
    private static RunMetric Share(int successes, int n, string name = "accuracy", string arm = "svf") =>
        new(arm, name, "test", (double)successes / n, Math.Sqrt((double)successes / n * (1 - ((double)successes / n)) / n), n);

    [TestCase(0, 20)]
    [TestCase(20, 20)]
    [TestCase(9, 20)]
    public void Interval_OfSuccesses_IsWilsons(int successes, int n)
    {
        var interval = MetricCharts.Interval(Share(successes, n), isShare: true)!.Value;
        Assert.That(interval, Is.EqualTo(Intervals.OfShare(successes, n)));
        Assert.That(interval.Upper, Is.GreaterThan(interval.Lower));
    }

    [TestCase(0.99, 0.01, 3)]
    [TestCase(0.01, 0.01, 3)]
    [TestCase(0.28, 0.06, 14)]
    public void Interval_OfAMeanOfShares_StaysWithinZeroAndOne(double value, double error, int n)
    {
        var interval = MetricCharts.Interval(new RunMetric("svf", "accuracy", "test", value, error, n), isShare: true)!.Value;
        Assert.That((interval.Lower, interval.Upper), Is.EqualTo((value, value)).Using<(double Low, double High)>(
            (actual, own) => 0 < actual.Low && actual.Low < own.Low && own.High < actual.High && actual.High < 1));
        // Far from the ends it is about as wide as Student's.
        if (value == 0.28) Assert.That(interval.Upper - interval.Lower, Is.EqualTo(2 * 2.16 * error).Within(10).Percent);
    }

    [Test]
    public void Interval_OfOtherValues_IsStudents()
    {
        double[] values = [3, 5, 7];
        var metric = new RunMetric("svf", "perplexity", "test", 5, 2 / Math.Sqrt(3), 3);
        var (interval, expected) = (MetricCharts.Interval(metric, isShare: false)!.Value, Intervals.OfMean(values));
        Assert.That((interval.Lower, interval.Upper), Is.EqualTo((expected.Lower, expected.Upper)).Within(1e-9));
    }

    [Test]
    public void Interval_OfUnitsThatAreAllAlike_IsNone()
    {
        Assert.That(MetricCharts.Interval(new RunMetric("svf", "‖Δθ‖", null, 0, 0, 24), isShare: false), Is.Null);
        Assert.That(MetricCharts.Interval(new RunMetric("svf", "accuracy", null, 0.5, 0, 3), isShare: true), Is.Null);
        Assert.That(MetricCharts.Interval(new RunMetric("svf", "perplexity", null, 5, 1), isShare: false), Is.Null, "of unknown n");
    }

    [Test]
    public void AreShares_ByNameOrByTheirError()
    {
        Assert.That(MetricCharts.AreShares([Share(0, 20), Share(20, 20)]), "by name");
        Assert.That(MetricCharts.AreShares([Share(3, 20, "concepts retrieved"), Share(20, 20, "concepts retrieved")]), "by error");
        Assert.That(MetricCharts.AreShares([Share(0, 20, "mean |Δw|"), Share(0, 20, "mean |Δw|")]), Is.False, "no change is no share");
        Assert.That(MetricCharts.AreShares([Share(1, 2), new RunMetric("svf", "accuracy", "test", 1.5, 0.1, 3)]), Is.False);
        Assert.That(MetricCharts.AreShares([new RunMetric("svf", "share of the final score, update 3", "test", 0.9, 0.1, 8)]), Is.False);
    }

    [Test]
    public void Of_MetricsOfDifferentN_NamesItInTheRow()
    {
        var charts = MetricCharts.Of(
            [Share(1, 20), Share(2, 40, arm: "lora"), Share(1, 20, "score"), Share(2, 20, "score", "lora")]).ToList();
        Assert.That(charts[0].Rows, Is.EqualTo(new[] { "svf (n = 20)", "lora (n = 40)" }));
        Assert.That((charts[1].Rows![0], charts[1].Note), Is.EqualTo(("svf", "Whiskers are 95 % intervals; n = 20 in every row.")));
    }
}
