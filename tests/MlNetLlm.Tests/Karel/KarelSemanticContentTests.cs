using MlNetLlm.Karel;

namespace MlNetLlm.Tests.Karel;

public class KarelSemanticContentTests
{
    [Test]
    public void Means_OfThreeAccuracies_AreBothGiven()
    {
        var content = new KarelSemanticContent(0.5, 0.25, 1);
        Assert.That(content.Mean, Is.EqualTo(1.75 / 3).Within(1e-12));
        Assert.That(content.GeometricMean, Is.EqualTo(0.5).Within(1e-12));
    }

    [Test]
    public void Difference_FromTheMajority_IsTakenFeatureByFeature()
    {
        // The pilot's final linear content: 72.5 against 43.3 leaves 29.2.
        var above = new KarelSemanticContent(0.7, 0.6, 0.875) - new KarelSemanticContent(0.25, 0.425, 0.625);
        Assert.That((above.Direction, above.Offset, above.Obstacle), Is.EqualTo((0.45, 0.175, 0.25)).Using<(double, double, double)>(
            (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) + Math.Abs(a.Item3 - b.Item3) < 1e-12));
        Assert.That(above.Mean, Is.EqualTo(0.875 / 3).Within(1e-12));
    }
}
