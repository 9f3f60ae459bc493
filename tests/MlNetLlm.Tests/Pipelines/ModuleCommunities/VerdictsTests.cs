using MlNetLlm.Evaluation;
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
    public void Judge_OfSameness_KeepsThe95PercentInterval_AndNamesTheOther()
    {
        var run = Run("E10B", (seed, target, regime) => 0.5 + (regime == ModuleRegime.Community ? 0.01 * (seed - 2) + 0.002 * target : 0));
        var claim = Verdicts.Judge(run, 1).Single();
        double[] values =
            [.. from seed in Enumerable.Range(1, 3) from target in Enumerable.Range(0, 4) select 0.01 * (seed - 2) + 0.002 * target];
        var (wide, narrow) = (Intervals.OfMean(values), Intervals.OfMean(values, 0.9));
        Assert.That(claim.Ci95, Is.EqualTo(new[] { wide.Lower, wide.Upper }).Within(1e-9));
        Assert.That(claim.Measured, Does.Contain(FormattableString.Invariant(
            $"90 % interval {narrow.Lower:0.####} to {narrow.Upper:0.####}")));
    }

    [Test]
    public void Judge_OfThreeModels_TakesStudentsInterval_WhichABootstrapWouldCutShort()
    {
        // Accuracy by a single target: three values above 0, the least not far.
        var run = Run("E10A", (seed, _, regime) => 0.5 + (regime == ModuleRegime.All ? 0.01 * seed * seed : 0));
        run = run with { Tuning = [.. run.Tuning.Where(each => each.Target == "target 0")] };
        var (claim, student) = (Verdicts.Judge(run, 1).Single(), Intervals.OfMean([0.01, 0.04, 0.09]));
        Assert.That(claim.Ci95, Is.EqualTo(new[] { student.Lower, student.Upper }).Within(1e-9));
        Assert.That(student.Lower, Is.Negative);
        Assert.That(claim.Verdict, Is.EqualTo(Verdict.Inconclusive));
        Assert.That(claim.Measured, Does.Contain("0.01, 0.04, 0.09"));
    }

    [Test]
    public void Judge_OfMoreUnitsThanSignsCanBeCounted_DrawsThem()
    {
        var run = Run(
            "E10A", (seed, target, regime) => 0.5 + (regime == ModuleRegime.All ? 0.1 + 0.01 * seed + 0.01 * target : 0), seeds: 7);
        var claim = Verdicts.Judge(run, 1).Single();
        Assert.That(Endpoints.Known["E10A"](run).Values, Has.Count.EqualTo(28).And.Count.GreaterThan(Significance.ExactLimit));
        Assert.That(claim.Verdict, Is.EqualTo(Verdict.Reproduced));
        Assert.That(Verdicts.Judge(run, 1).Single().Measured, Is.EqualTo(claim.Measured), "the same seed");
    }

    [TestCase("E5D")]
    [TestCase("E5I")]
    [TestCase("E5N")]
    [TestCase("E8")]
    [TestCase("E9")]
    public void Judge_OfT1_OnTooFewSkills_SaysWhy(string claim)
    {
        var run = Run(claim, (_, _, _) => 0.5) with { Questions = new PlantedQuestions(functions: 2, skills: 2) };
        var judged = Verdicts.Judge(run, 1).Single();
        Assert.That(judged.Verdict, Is.EqualTo(Verdict.NotTestableHere));
        Assert.That(judged.Measured, Does.Contain("in 3 ways only").And.Contain("1/3"));
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
    public void Selectivity_IsTheShareOfTheMeanDropThatOthersAreSpared()
    {
        var (clear, tiny) = (Removal(0.9, 0.5, 0.8, 0.7), Removal(0.900, 0.899, 0.8, 0.3));
        Assert.That(RemovalRun.Selectivity([clear]), Is.EqualTo(0.75).Within(1e-12));
        Assert.That(RemovalRun.Selectivity([clear, tiny]), Is.EqualTo((0.401 - 0.6) / 0.401).Within(1e-9),
            "a ratio by function would be -250");
        Assert.That(RemovalRun.Selectivity([Removal(0.5, 0.6, 0.8, 0.1)]), Is.Zero, "nothing was lost");
        Assert.That(RemovalRun.Selectivity([Removal(0.5, 0.485, 0.8, 0.1)]), Is.Zero, "hardly anything was lost");

        static RemovalRun Removal(double own, double ownLeft, double foreign, double foreignLeft) =>
            new(1, "memory", 3, [own, ownLeft, own], [foreign, foreignLeft, foreign], null);
    }

    private static RunResults Run(string claim, Func<int, int, ModuleRegime, double> accuracy, int seeds = 3)
    {
        var options = PresetFile.Load<CommunitiesOptions>(new CommunitiesExperiment(), "mini", []);
        var runs = from seed in Enumerable.Range(1, seeds)
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
