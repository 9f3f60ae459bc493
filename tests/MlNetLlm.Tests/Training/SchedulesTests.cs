using MlNetLlm.Training;

namespace MlNetLlm.Tests.Training;

public sealed class SchedulesTests
{
    // warm-up 4 of 12 steps, final share 0.2; t = (step - 4) / 8
    [TestCase(Schedule.Constant, 0, 0.25)]
    [TestCase(Schedule.Constant, 3, 1.0)]
    [TestCase(Schedule.Constant, 11, 1.0)]
    [TestCase(Schedule.Linear, 1, 0.5)]
    [TestCase(Schedule.Linear, 4, 1.0)]
    [TestCase(Schedule.Linear, 8, 0.6)]    // 1 - 0.8 / 2
    [TestCase(Schedule.Linear, 11, 0.3)]   // 1 - 0.8 · 7/8
    [TestCase(Schedule.Cosine, 2, 0.75)]
    [TestCase(Schedule.Cosine, 4, 1.0)]
    [TestCase(Schedule.Cosine, 8, 0.6)]    // 0.2 + 0.8 · (1 + cos 90°) / 2
    [TestCase(Schedule.Cosine, 6, 0.8828427124746190)]   // 0.2 + 0.4 · (1 + √½)
    [TestCase(Schedule.Cosine, 12, 0.2)]
    [TestCase(Schedule.Cosine, 40, 0.2)]
    public void Factor_AtAStep_IsTheValueByHand(Schedule schedule, int step, double expected)
        => Assert.That(Schedules.Factor(schedule, step, steps: 12, warmupSteps: 4, finalShare: 0.2), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void Factor_WithoutWarmup_StartsAtOne([Values] Schedule schedule)
        => Assert.That(Schedules.Factor(schedule, 0, 10, 0, 0), Is.EqualTo(1));

    [Test]
    public void Factor_WithWarmupLongerThanTheRun_OnlyRises([Values] Schedule schedule)
        => Assert.That(Enumerable.Range(0, 5).Select(step => Schedules.Factor(schedule, step, 5, 10, 0)),
            Is.EqualTo(new[] { 0.1, 0.2, 0.3, 0.4, 0.5 }).Within(1e-12));

    [Test]
    public void Factor_FromZero_RisesFromNothingAsFairseqsDoes()
    {
        var factors = Enumerable.Range(0, 6).Select(step => Schedules.Factor(Schedule.Linear, step, 6, 2, 0, fromZero: true));
        Assert.That(factors, Is.EqualTo([0, 0.5, 1, 0.75, 0.5, 0.25]).Within(1e-12));
    }
}
