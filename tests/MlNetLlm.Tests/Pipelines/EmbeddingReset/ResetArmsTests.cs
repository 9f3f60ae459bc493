using MlNetLlm.EmbeddingReset;
using MlNetLlm.Pipelines.EmbeddingReset;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

public class ResetArmsTests
{
    [Test]
    public void Reset_OfEveryArm_IsLegal()
    {
        foreach (var arm in ResetArms.Names)
        {
            Assert.That(ResetArms.Reset(arm, 1000, 20, 4).Faults(), Is.Empty, arm);
            Assert.That(ResetArms.Title(arm), Is.Not.Empty);
        }
        Assert.That(ResetArms.Names, Is.SupersetOf(new[] { "AF", "B0", "B1", "B2", "B3", "B4", "B5", "B6m", "B6s", "B7", "B8", "B9" }));
    }

    [Test]
    public void Reset_OfTheControls_IsThatOfTheirDescription()
    {
        Assert.That(Reset("AF").Interval, Is.EqualTo(50));
        Assert.That(Reset("B0").Interval, Is.EqualTo(1000));
        Assert.That(Reset("B1").Updates, Is.EqualTo(new[] { 500 }));
        Assert.That(Reset("B2").Updates, Is.EqualTo(new[] { 950 }));
        Assert.That((Reset("B3").Change, Reset("B3s").Keep), Is.EqualTo((ResetChange.Perturb, 0.5)));
        Assert.That((Reset("B4").Change, Reset("B5").Change), Is.EqualTo((ResetChange.ShuffleRows, ResetChange.None)));
        Assert.That((Reset("B6m").KeepMoments, Reset("B6s").GlobalSchedule), Is.EqualTo((true, true)));
        Assert.That((Reset("B7").Target, Reset("B7r").Target), Is.EqualTo((ResetTarget.LastLayer, ResetTarget.RandomMatrix)));
        Assert.That(Reset("B8").StopAfter, Is.EqualTo(700));
        Assert.That(ResetArms.Clips("AFc"), Is.False);
        Assert.That(ResetArms.Names.Where(arm => !ResetArms.Clips(arm)), Is.EqualTo(new[] { "AFc" }));
    }

    [Test]
    public void Reset_ScalesTheEmbeddingsRate_NotThatOfWhatElseIsReset()
    {
        Assert.That((Reset("AF").LearningRateScale, Reset("B7").LearningRateScale), Is.EqualTo((4.0, 1.0)));
        Assert.That((ResetArms.RatesOf("B4"), ResetArms.RatesOf("B1")), Is.EqualTo(("AF", "B0")));
    }

    private static EmbeddingResetOptions Reset(string arm) => ResetArms.Reset(arm, 1000, 20, 4);
}
