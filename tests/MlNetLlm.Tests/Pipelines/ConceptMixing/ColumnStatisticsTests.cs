using MlNetLlm.Pipelines.ConceptMixing;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

public class ColumnStatisticsTests
{
    [Test]
    public void Of_TellsIgnoredColumnsFromThoseNeverSelected()
    {
        var statistics = ColumnStatistics.Of([1, 1, 1, 1, 0.05, 0.001, 0.001, 0.001], [0.1, 0.2, 0.3, 0.4, 0.1, 0, 0, 0]);
        Assert.That((statistics.Concepts, statistics.Selected), Is.EqualTo((8, 5)));
        Assert.That(statistics.NearZero, Is.EqualTo(3 / 8.0), "the published measure counts columns that were never selected");
        Assert.That(statistics.NearZeroOfSelected, Is.Zero);
        Assert.That(statistics.IgnoredOfSelected, Is.EqualTo(1 / 5.0), "0.05 is below a tenth of the median, 0.525");
        Assert.That(statistics.NormAndSelection, Is.GreaterThan(0.5));
    }

    [TestCase(new[] { 1.0, 1, 1, 1 }, 0)]
    [TestCase(new[] { 0.0, 0, 0, 1 }, 0.75)]
    [TestCase(new[] { 1.0, 3 }, 0.25)]
    [TestCase(new[] { 0.0, 0 }, 0)]
    public void Gini_IsHalfTheRelativeMeanDifference(double[] values, double expected) =>
        Assert.That(ColumnStatistics.GiniOf(values), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void Of_ListsOfDifferentLength_Refuses() =>
        Assert.That(() => ColumnStatistics.Of([1, 2], [1]), Throws.ArgumentException.With.Message.Contains("2 norms and 1 frequencies"));
}
