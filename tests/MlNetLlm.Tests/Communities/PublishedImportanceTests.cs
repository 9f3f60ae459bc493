using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public sealed class PublishedImportanceTests
{
    [Test]
    public void Of_TwoShares_AreZeroAndTheRest()
    {
        var importance = PublishedImportance.Of(0.40, 0.34, [0.8125, 0.8125, 0.79996, 0.79996], out var flat);
        Assert.That(flat, Is.False);
        Assert.That(importance, Is.EqualTo(new[] { 0.94, 0.94, 0, 0 }).Within(1e-12));
    }

    [Test]
    public void Of_OneShare_IsZeroAndSaysSo()
    {
        Assert.That(PublishedImportance.Of(0.5, 0.5, [0.75, 0.75], out var flat), Is.EqualTo(new[] { 0.0, 0 }));
        Assert.That(flat);
    }

    [Test]
    public void Of_AnAccuracyInPercent_IsRefused() => Assert.That(
        () => PublishedImportance.Of(40, 0.3, [1], out _), Throws.ArgumentException.With.Message.Contains("expected 0 to 1"));
}
