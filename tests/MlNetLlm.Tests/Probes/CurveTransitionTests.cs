using MlNetLlm.Probes;

namespace MlNetLlm.Tests.Probes;

public class CurveTransitionTests
{
    private static readonly double[] Steps = [0, 10, 20, 30, 40];

    [Test]
    public void Find_OnAStraightRise_IsAtTheSharesThemselves()
        => AssertRise([0, 1, 2, 3, 4], 4, 20, 36);

    [Test]
    public void Find_OnASuddenRise_LiesBetweenTheTwoSnapshots()
        => AssertRise([5, 5, 5, 7, 7], 21, 25, 29);

    [Test]
    public void Find_WithAHighStartAndAFalseBeginning_TakesTheLastOnset()
        => AssertRise([30, 0, 8, 0, 10], 31, 35, 39);       // low 0, high 10 after it; the spike of 8 falls back

    [Test]
    public void Find_WithDipsAfterTheRise_TakesTheFirstSaturation()
        => AssertRise([0, 10, 5, 9.5, 4], 1, 5, 9);

    [TestCase(new double[] { 3, 3, 3, 3, 3 })]
    [TestCase(new double[] { 4, 3, 2, 1, 0 })]
    [TestCase(new double[] { 0, 10, 0.5, 2, 3 })]
    public void Find_OnACurveThatDoesNotRiseOrFallsBack_IsNull(double[] values)
        => Assert.That(CurveTransition.Find(Steps, values), Is.Null);

    [Test]
    public void Find_OnTheNegativeOfAFall_FindsTheFall()
        => AssertRise([-7, -7, -3, -3, -3], 11, 15, 19);

    [Test]
    public void Find_OnUnusablePoints_SaysWhatIsWrong()
    {
        Assert.That(() => CurveTransition.Find([0, 1], [0]), Throws.ArgumentException.With.Message.Contains("2 steps and 1 values"));
        Assert.That(() => CurveTransition.Find([0, 0], [0, 1]), Throws.ArgumentException.With.Message.Contains("steps must rise"));
        Assert.That(() => CurveTransition.Find([0, 1], [0, double.NaN]), Throws.ArgumentException.With.Message.Contains("NaN"));
    }

    [Test]
    public void Phases_OfTheShapeThePaperDescribes_AreItsShares()
    {
        // Nothing diverse until half of training, all of it gained until three quarters.
        double[] steps = [0, 20_000, 40_000, 60_000, 80_000], diversity = [0.01, 0.01, 0.01, 0.91, 0.91];
        var phases = TrainingPhases.Find(steps, diversity)!.Value;
        Assert.That(phases.BabblingShare, Is.EqualTo(0.525).Within(1e-9));
        Assert.That(phases.SyntaxShare, Is.EqualTo(0.2).Within(1e-9));
        Assert.That(phases.SemanticsShare, Is.EqualTo(0.275).Within(1e-9));
        Assert.That(TrainingPhases.Find(steps, [1, 1, 1, 1, 1]), Is.Null);
    }

    private static void AssertRise(double[] values, double onset, double midpoint, double saturation)
    {
        var rise = CurveTransition.Find(Steps, values)!.Value;
        Assert.That(
            new[] { rise.Onset, rise.Midpoint, rise.Saturation }, Is.EqualTo(new[] { onset, midpoint, saturation }).Within(1e-9));
    }
}
