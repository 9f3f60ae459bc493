using MlNetLlm.EmbeddingReset;
using MlNetLlm.Pretraining;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.EmbeddingReset;

public sealed class ResetPlanTests
{
    [Test]
    public void ScheduleStep_WithFiveOfTwenty_RunsThroughTheCourseInEachEpisode()
        => Assert.That(Steps(new EmbeddingResetOptions { Interval = 5 }, 20).Take(11), Is.EqualTo([0, 4, 8, 12, 16, 0, 4, 8, 12, 16, 0]));

    [Test]
    public void ScheduleStep_WhereTheIntervalDivides_IsTheReleasedFormula([Values(1, 2, 5, 8, 40)] int interval)
        => Assert.That(
            Steps(new EmbeddingResetOptions { Interval = interval }, 40),
            Is.EqualTo(Enumerable.Range(0, 40).Select(n => n * (40 / interval) % 40)));

    [Test]
    public void Rates_OfThePaper_AreThoseOfItsCode()
    {
        // U = 125,000, K = 1000, warm-up 10,000, peak 7e-4: the warm-up takes 80 updates, the first rate is 0, the last 0.1 % of the peak
        var options = new PretrainOptions
        {
            LearningRate = 7e-4, MaxSteps = 125_000, WarmupSteps = 10_000, WarmupFromZero = true, Schedule = Schedule.Linear,
            FinalLearningRateShare = 0,
        };
        var plan = new ResetPlan(new EmbeddingResetOptions { Interval = 1000 }, 125_000);
        var rates = Enumerable.Range(3000, 1000)
            .Select(n => options.LearningRate * Schedules.Factor(options, plan.ScheduleStep(n), 125_000)).ToList();
        Assert.That(rates[0], Is.Zero);
        Assert.That(rates[80], Is.EqualTo(7e-4).Within(1e-12));
        Assert.That(rates[500], Is.EqualTo(3.8e-4).Within(1e-6));
        Assert.That(rates[999] / 7e-4, Is.EqualTo(0.00109).Within(1e-5));
        Assert.That(rates.Sum(), Is.EqualTo(0.35).Within(1e-6));
    }

    [Test]
    public void IsReset_ComesEveryIntervalButNotAtTheEnd()
    {
        var plan = new ResetPlan(new EmbeddingResetOptions { Interval = 5 }, 20);
        Assert.That(Resets(plan, 20), Is.EqualTo([5, 10, 15]));
        Assert.That(plan.Episodes, Is.EqualTo(4));
    }

    [Test]
    public void IsReset_AsReleased_ComesAtTheEndToo()
    {
        var plan = new ResetPlan(new EmbeddingResetOptions { Interval = 5, ResetAtEnd = true }, 20);
        Assert.That(Resets(plan, 20), Is.EqualTo([5, 10, 15, 20]));
    }

    [Test]
    public void IsReset_WithAnIntervalAboveTheUpdates_NeverComes()
    {
        var options = new EmbeddingResetOptions { Interval = 21 };
        Assert.That(Resets(new ResetPlan(options, 20), 20), Is.Empty);
        Assert.That(Steps(options, 20), Is.EqualTo(Enumerable.Range(0, 20)), "the body's own course");
    }

    [Test]
    public void IsReset_WithStopAfter_LeavesALongLastEpisode()
    {
        var options = new EmbeddingResetOptions { Interval = 4, StopAfter = 13 };
        Assert.That(Resets(new ResetPlan(options, 20), 20), Is.EqualTo([4, 8, 12]));
        Assert.That(Steps(options, 20).Skip(12), Is.EqualTo([0, 2, 5, 7, 10, 12, 15, 17]), "8 updates run through the course of 20");
    }

    [Test]
    public void IsReset_AtGivenUpdates_ComesThere()
    {
        var options = new EmbeddingResetOptions { Updates = [10] };
        Assert.That(Resets(new ResetPlan(options, 20), 20), Is.EqualTo([10]));
        Assert.That(Steps(options, 20).Where((_, n) => n % 5 == 0), Is.EqualTo([0, 10, 0, 10]));
    }

    [Test]
    public void Faults_WhereTheIntervalDoesNotDivide_NameWhatWould()
    {
        var options = new PretrainOptions { MaxSteps = 20, Reset = new EmbeddingResetOptions { Interval = 6 } };
        Assert.That(() => options.Validated(), Throws.ArgumentException.With.Message.EqualTo(
            "PretrainOptions: Reset.Interval is 6 and does not divide the run's 20 updates: resets and the learning rate's cycle would "
            + "drift apart. Take 5 or 10, another number of updates, or set Reset.AllowDrift."));
    }

    [Test]
    public void ScheduleStep_WithAllowDrift_DriftsAsInTheReleasedCode()
    {
        var options = new EmbeddingResetOptions { Interval = 6, AllowDrift = true };
        Assert.That(ResetPlan.Faults(options, 20), Is.Empty);
        Assert.That(Steps(options, 20), Is.EqualTo(Enumerable.Range(0, 20).Select(n => n * 3 % 20)));
        Assert.That(Resets(new ResetPlan(options, 20), 20), Is.EqualTo([6, 12, 18]));
    }

    [Test]
    public void Faults_OfManyOptions_AreAllNamed()
    {
        var options = new EmbeddingResetOptions
        {
            Interval = 0, Updates = [5, 5], StopAfter = -1, StandardDeviation = 0, Keep = -1, NoiseShare = double.NaN,
            LearningRateScale = 0, Target = ResetTarget.LastLayer, ResetOutputBias = true, LossWindow = -1, RecoveryMargin = -1,
        };
        foreach (var name in new[]
                 {
                     "Interval is 0", "Updates are 5, 5", "StopAfter is -1", "StandardDeviation is 0", "Keep is -1", "NoiseShare is NaN",
                     "LearningRateScale is 0", "ResetOutputBias is true", "LossWindow is -1", "RecoveryMargin is -1",
                 })
            Assert.That(options.Faults(), Has.Some.Contains($"Reset.{name}"));
    }

    private static IEnumerable<int> Steps(EmbeddingResetOptions options, int steps)
    {
        var plan = new ResetPlan(options, steps);
        return Enumerable.Range(0, steps).Select(plan.ScheduleStep);
    }

    private static IEnumerable<int> Resets(ResetPlan plan, int steps) => Enumerable.Range(0, steps + 1).Where(plan.IsReset);
}
