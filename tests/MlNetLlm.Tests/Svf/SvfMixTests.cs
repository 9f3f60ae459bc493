using MlNetLlm.Persistence;
using MlNetLlm.Svf;

namespace MlNetLlm.Tests.Svf;

public sealed class SvfMixTests
{
    [Test]
    public void Shares_AreNormalisedRowByRowAndAveraged()
    {
        var mix = SvfMix.PerMatrix(["a", "b"], ["x", "y", "z"], [[1, 3], [2, 0], [0, 0]]);
        Assert.That(mix.Shares()["a"], Is.EqualTo((0.25 + 1 + 0) / 3).Within(1e-12));
        Assert.That(mix.Shares()["b"], Is.EqualTo(0.75 / 3).Within(1e-12));
        Assert.That(mix.Scaled(5).Shares(), Is.EqualTo(mix.Shares()));
    }

    [Test]
    public void Path_GoesFromTheSecondToTheFirst()
    {
        Assert.That(SvfMix.Path("a", "b", 0.25).Shares(), Is.EqualTo(new Dictionary<string, double> { ["a"] = 0.25, ["b"] = 0.75 }));
        Assert.That(() => SvfMix.Path("a", "b", 1.5), Throws.ArgumentException.With.Message.Contains("1.5"));
    }

    [Test]
    public void Of_WithFaults_NamesThemAll() =>
        Assert.That(
            () => SvfMix.PerMatrix(["a", "a"], ["x"], [[1, -1], [double.NaN]]),
            Throws.ArgumentException.With.Message.EqualTo(
                "SvfMix: It names expert 'a' 2 times. Alpha has 2 rows; expected 1. "
                + "Row 0 of Alpha holds -1; expected finite numbers of at least 0. "
                + "Row 1 of Alpha has 1 numbers for 2 experts. Row 1 of Alpha holds NaN; expected finite numbers of at least 0."));

    [Test]
    public void Json_ThereAndBack_IsTheSameMix()
    {
        var mix = SvfMix.PerMatrix(["a", "b"], ["x", "y"], [[1, 0.25], [0, 1e-17]]);
        var read = StrictJson.Parse<SvfMix>(StrictJson.ToBytes(mix), "a mix");
        Assert.That((read.Experts, read.Matrices), Is.EqualTo((mix.Experts, mix.Matrices)));
        Assert.That(read.Alpha, Is.EqualTo(mix.Alpha));
    }
}
