using MlNetLlm.SparseAutoencoders;

namespace MlNetLlm.Tests.SparseAutoencoders;

public sealed class HiddenStateNormalizationTests
{
    // Worked by hand: mean 5, squared differences 9 + 1 + 1 + 9 = 20 over d - 1 = 3.
    [Test]
    public void Apply_ToTwoFourSixEight_DividesByTheUnbiasedDeviation()
    {
        var u = new float[4];
        var (mean, deviation) = HiddenStateNormalization.Apply([2, 4, 6, 8], u);
        Assert.That((mean, deviation), Is.EqualTo((5f, MathF.Sqrt(20f / 3))));
        Assert.That(u, Is.EqualTo(new[] { -3, -1, 1, 3 }.Select(x => x / (MathF.Sqrt(20f / 3) + 1e-5f))).Within(1e-6));
    }

    [Test]
    public void Undo_GivesTheVectorBack()
    {
        var (h, u) = (new[] { 0.5f, -2, 7, 1 }, new float[4]);
        var (mean, deviation) = HiddenStateNormalization.Apply(h, u);
        HiddenStateNormalization.Undo(u, mean, deviation);
        Assert.That(u, Is.EqualTo(h).Within(1e-4));
    }

    [Test]
    public void Apply_ToEqualNumbers_GivesZeros()
    {
        var u = new float[3];
        Assert.That(HiddenStateNormalization.Apply([4, 4, 4], u), Is.EqualTo((4f, 0f)));
        Assert.That(u, Is.All.EqualTo(0));
    }

    [Test]
    public void Median_OfPoints_IsNotMovedByOneFarAway()
    {
        var median = GeometricMedian.Of([0, 0, 1, 0, 0, 1, 1, 1, 0.5f, 0.5f, 1000, 1000], 2);
        Assert.That(median, Is.All.InRange(0.4f, 1f));
        Assert.That(GeometricMedian.Of([3, 4], 2), Is.EqualTo(new[] { 3f, 4f }));
    }
}
