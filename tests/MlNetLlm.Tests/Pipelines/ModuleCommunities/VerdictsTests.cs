using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.ModuleCommunities;
using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

public class VerdictsTests
{
    [TestCase(0.3, Verdict.Reproduced)]
    [TestCase(0, Verdict.Inconclusive)]
    [TestCase(-0.3, Verdict.NotReproduced)]
    public void Judge_OfAPairedComparison_NeedsIntervalAndSignFlip(double gain, Verdict expected)
    {
        // Twelve pairs of model and target; all modules reach more than the community by the gain, give or take.
        var run = Run("E10A", (seed, target, regime) =>
            0.5 + (regime == ModuleRegime.All ? gain + 0.01 * seed - 0.02 * target + (gain == 0 ? 0.01 : 0) : 0));
        Assert.That(Verdicts.Judge(run, 1).Single().Verdict, Is.EqualTo(expected));
    }

    [TestCase(0, 0.001, Verdict.Reproduced)]
    [TestCase(0, 0.2, Verdict.Inconclusive)]
    [TestCase(0.2, 0.001, Verdict.NotReproduced)]
    public void Judge_OfSameness_NeedsTheIntervalWithinTheMargin(double gain, double noise, Verdict expected)
    {
        var run = Run("E10B", (seed, target, regime) =>
            0.5 + (regime == ModuleRegime.Community ? gain + noise * (seed - 2) * (target % 2 == 0 ? 1 : -1) : 0));
        var claim = Verdicts.Judge(run, 1).Single();
        Assert.That(claim.Verdict, Is.EqualTo(expected));
        Assert.That(claim.Measured, Does.Contain("two one-sided tests"));
    }

    [Test]
    public void Judge_WithoutTheParts_SaysSo()
    {
        var run = Run("E9", (_, _, _) => 0.5);
        Assert.That(Verdicts.Judge(run, 1).Single().Verdict, Is.EqualTo(Verdict.NotTestableHere));
    }

    [Test]
    public void Tuned_AtItsOwnRate_TakesTheBestByValidation()
    {
        var run = Run("E1", (_, _, _) => 0) with
        {
            Tuning = [At(0.001, 0.5, 0.4), At(0.003, 0.6, 0.3), At(0.001, 0.9, 0.8, faithful: true)],
        };
        Assert.That(run.Tuned(ModuleRegime.All, TuningArm.SharedRate).Values.Single().LearningRate, Is.EqualTo(0.001));
        Assert.That(run.Tuned(ModuleRegime.All, TuningArm.OwnRate).Values.Single().Accuracy, Is.EqualTo(0.3), "validation chooses");
    }

    [Test]
    public void Tuned_Faithfully_IsAnArmOfItsOwn_AndTheUntouchedModelIsInEvery()
    {
        var none = At(0.001, 0.5, 0.2) with { Regime = ModuleRegime.None };
        var run = Run("E1", (_, _, _) => 0) with { Tuning = [At(0.001, 0.5, 0.4), At(0.001, 0.9, 0.8, faithful: true), none] };
        Assert.That(run.Tuned(ModuleRegime.All, TuningArm.Faithful).Values.Single().Accuracy, Is.EqualTo(0.8));
        Assert.That(run.Tuned(ModuleRegime.All, TuningArm.SharedRate).Values.Single().Accuracy, Is.EqualTo(0.4));
        Assert.That(run.Tuned(ModuleRegime.None, TuningArm.Faithful).Values.Single(), Is.EqualTo(none));
    }

    private static TuningRun At(double rate, double validation, double accuracy, bool faithful = false) =>
        new(1, "sum", "inverted", ModuleRegime.All, rate, faithful, validation, accuracy, 0.5, 1, 1, 0, 0, 0);

    [Test]
    public void Selectivity_IsTheShareOfTheDropThatOthersAreSpared()
    {
        Assert.That(new RemovalRun(1, "memory", 3, [0.9, 0.5, 0.8], [0.8, 0.7, 0.8], null).Selectivity, Is.EqualTo(0.75).Within(1e-12));
        Assert.That(new RemovalRun(1, "memory", 3, [0.5, 0.6, 0.5], [0.8, 0.1, 0.8], null).Selectivity, Is.Zero, "nothing was lost");
    }

    private static RunResults Run(string claim, Func<int, int, ModuleRegime, double> accuracy)
    {
        var options = PresetFile.Load<CommunitiesOptions>(new CommunitiesExperiment(), "mini", []);
        var runs = from seed in Enumerable.Range(1, 3)
                   from target in Enumerable.Range(0, 4)
                   from regime in Enum.GetValues<ModuleRegime>()
                   select new TuningRun(
                       seed, $"target {target}", "inverted", regime, 0.001, false, 0.5, accuracy(seed, target, regime), 0.5, 1, 1, 0.1, 1,
                       0.1);
        return new RunResults(
            options with { Claims = [options.Claims.Single(each => each.Id == $"communities.{claim}")], BootstrapResamples = 2000 },
            new PlantedQuestions(), [], [], [.. runs], []);
    }
}
