using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Sweeps;

namespace MlNetLlm.Tests.Sweeps;

public sealed class SweepTunerTests
{
    private static SearchSpace Space() => new() { { "x", new UniformDoubleOption(0, 1, defaultValue: 0.2) } };

    [TestCase(TunerKind.CostFrugal)]
    [TestCase(TunerKind.EciCostFrugal)]
    public void Propose_OfATunerThatLearns_StartsAtTheDefaultAndComesNearTheBest(TunerKind kind)
    {
        var tuner = new SweepTuner(kind, Space(), seed: 1);
        var best = double.MaxValue;
        for (var trial = 0; trial < 60; trial++)
        {
            var x = tuner.Propose(trial)["x"].AsType<double>();
            if (trial == 0) Assert.That(x, Is.EqualTo(0.2).Within(1e-9));
            var loss = (x - 0.7) * (x - 0.7);
            best = Math.Min(best, loss);
            tuner.Update(trial, loss, TimeSpan.FromSeconds(1));
        }
        Assert.That(best, Is.LessThan(0.005), "the default's is 0.25");
    }

    [TestCase(TunerKind.Random)]
    [TestCase(TunerKind.Grid)]
    [TestCase(TunerKind.CostFrugal)]
    [TestCase(TunerKind.EciCostFrugal)]
    [TestCase(TunerKind.Smac)]
    public void Propose_WithTheSameHistory_IsTheSame(TunerKind kind)
    {
        static List<double> Play(TunerKind kind)
        {
            var tuner = new SweepTuner(kind, Space(), seed: 3);
            var seen = new List<double>();
            for (var trial = 0; trial < 24; trial += 2)
            {
                seen.AddRange([tuner.Propose(trial)["x"].AsType<double>(), tuner.Propose(trial + 1)["x"].AsType<double>()]);
                tuner.Update(trial + 1, seen[^1], TimeSpan.FromSeconds(2));   // out of order, and one that failed
                tuner.Update(trial, trial == 6 ? null : seen[^2], TimeSpan.FromSeconds(1));
            }
            return seen;
        }
        Assert.That(Play(kind), Is.EqualTo(Play(kind)));
    }

    private static List<Parameter> Play(SweepTuner tuner, int trials, Func<Parameter, double> loss)
    {
        var points = new List<Parameter>();
        for (var trial = 0; trial < trials; trial++)
        {
            points.Add(tuner.Propose(trial));
            tuner.Update(trial, loss(points[^1]), TimeSpan.FromSeconds(1));
        }
        return points;
    }

    [Test]
    public void Propose_OfACostFrugalTuner_TriesEveryPointOfASmallSpace(
        [Values(TunerKind.CostFrugal, TunerKind.EciCostFrugal)] TunerKind kind, [Values(1, 2, 3)] int seed)
    {
        // The best is not a neighbour of the start, and the worst is as far away.
        var space = new SearchSpace { { "c", new ChoiceOption(1, 2, 3, 4) }, { "d", new ChoiceOption([false, true], false) } };
        var points = Play(new SweepTuner(kind, space, seed), 8,
            p => p["c"].AsType<int>() switch { 3 => 0, 1 => 1, _ => 2 } + (p["d"].AsType<bool>() ? 0 : 1));
        Assert.That((points[0]["c"].AsType<int>(), points[0]["d"].AsType<bool>()), Is.EqualTo((1, false)));
        Assert.That(points.Distinct().Count(), Is.EqualTo(8), "none twice while others are left");
    }

    [Test]
    public void Propose_OfACostFrugalTuner_TriesEveryWholeNumberOfAShortRange(
        [Values(TunerKind.CostFrugal, TunerKind.EciCostFrugal)] TunerKind kind, [Values(1, 2, 3)] int seed)
    {
        var space = new SearchSpace { { "c", new ChoiceOption(1, 2) }, { "d", new UniformIntOption(2, 9, logBase: true) } };
        var points = Play(new SweepTuner(kind, space, seed), 14, p => Math.Abs(p["d"].AsType<int>() - 7) - p["c"].AsType<int>());
        Assert.That((points[0]["c"].AsType<int>(), points[0]["d"].AsType<int>()), Is.EqualTo((1, 2)));
        Assert.That(points.Distinct().Count(), Is.EqualTo(14));
    }

    [TestCase(TunerKind.CostFrugal)]
    [TestCase(TunerKind.EciCostFrugal)]
    public void Propose_OfACostFrugalTuner_GoesFromTheStartTowardsBetterNumbers(TunerKind kind)
    {
        var space = new SearchSpace
        {
            { "batch", new UniformIntOption(2, 9, logBase: true) },
            { "rank", new UniformIntOption(1, 65, logBase: true, defaultValue: 16) },
            { "rate", new UniformDoubleOption(1e-4, 1e-1, logBase: true, defaultValue: 1e-2) },
        };
        static double Loss(Parameter p) => Math.Abs(p["batch"].AsType<int>() - 7)
            + Math.Abs(Math.Log2(p["rank"].AsType<int>() / 4.0)) + Math.Abs(Math.Log10(p["rate"].AsType<double>() / 3e-3));
        var plays = Enumerable.Range(1, 5).Select(seed => Play(new SweepTuner(kind, space, seed), 80, Loss)).ToList();
        Assert.That(plays.Select(points => (points[0]["batch"].AsType<int>(), points[0]["rank"].AsType<int>())), Is.All.EqualTo((2, 16)));
        Assert.That(plays.Select(points => points[0]["rate"].AsType<double>()), Is.All.EqualTo(1e-2).Within(1e-12));
        Assert.That(plays.SelectMany(points => points).Select(p => p["batch"].AsType<int>()), Is.All.InRange(2, 8));
        Assert.That(plays.Average(points => points.Min(Loss)), Is.LessThan(1.5), "the start's is 7.5");
    }

    [TestCase(TunerKind.CostFrugal)]
    [TestCase(TunerKind.EciCostFrugal)]
    public void Propose_OfACostFrugalTunerThatHasConverged_BeginsElsewhereAndFindsTheDeeperValley(TunerKind kind)
    {
        static double Loss(Parameter p) => p["x"].AsType<double>() is var x && x < 0.5 ? 0.5 + Math.Abs(x - 0.2) : Math.Abs(x - 0.8);
        var points = Play(new SweepTuner(kind, Space(), seed: 1), 200, Loss);
        Assert.That(points.Count(p => Math.Abs(p["x"].AsType<double>() - 0.2) < 1e-9), Is.EqualTo(1), "the start");
        Assert.That(points.Min(Loss), Is.LessThan(0.05), "no local search from 0.2 crosses 0.5");
    }

    [Test]
    public void Propose_OfACostFrugalTunerBeforeItsFirstResult_GivesDifferentPoints()
    {
        var tuner = new SweepTuner(TunerKind.CostFrugal, Space(), seed: 1);
        var points = Enumerable.Range(0, 3).Select(trial => tuner.Propose(trial)["x"].AsType<double>()).ToList();
        Assert.That(points[0], Is.EqualTo(0.2).Within(1e-9));
        Assert.That(points.Distinct().Count(), Is.EqualTo(3));
        for (var trial = 2; trial >= 0; trial--) tuner.Update(trial, 1 - points[trial], TimeSpan.FromSeconds(1));
        Assert.That(tuner.Propose(3)["x"].AsType<double>(), Is.InRange(0, 1).And.Not.AnyOf(points));
    }

    [Test]
    public void Propose_OfACostFrugalTuner_KeepsWhatASpaceOfARecordFixes()
    {
        var space = new SearchSpace<Fixed>(new Fixed { Text = "kept" });
        Assert.That(Play(new SweepTuner(TunerKind.CostFrugal, space, seed: 1), 3, _ => 1).Select(p => p["Text"].AsType<string>()),
            Is.All.EqualTo("kept"));
    }

    private sealed class Fixed
    {
        [Microsoft.ML.SearchSpace.Range(1, 9, 2)]
        public int Number { get; set; }

        public string Text { get; set; } = "";
    }

    [TestCase(TunerKind.Random)]
    [TestCase(TunerKind.Grid)]
    [TestCase(TunerKind.CostFrugal)]
    [TestCase(TunerKind.EciCostFrugal)]
    [TestCase(TunerKind.Smac)]
    public void Propose_OfARangeOfWholeNumbers_StaysBelowItsEndAndReachesTheLast(TunerKind kind)
    {
        var space = new SearchSpace { { "n", new UniformIntOption(1, 4) }, { "x", new UniformDoubleOption(0, 1) } };
        var points = Play(new SweepTuner(kind, space, seed: 1), 100, p => -p["n"].AsType<int>());
        Assert.That(points.Select(p => p["n"].AsType<int>()).Distinct(), Is.EquivalentTo(new[] { 1, 2, 3 }));
    }

    [TestCase(TunerKind.CostFrugal)]
    [TestCase(TunerKind.EciCostFrugal)]
    [TestCase(TunerKind.Smac)]
    public void Constructor_OfATunerThatLearnsWithNothingToChoose_SaysSo(TunerKind kind)
    {
        var space = new SearchSpace { { "b", new ChoiceOption(7) }, { "a", new ChoiceOption("only") } };
        Assert.That(() => new SweepTuner(kind, space, seed: 1), Throws.ArgumentException.With.Message.EqualTo(
            $"Tuner {kind} has nothing to choose: every option of the space has one value (a, b). "
            + "Give one more values, or take Random or Grid."));
        Assert.That(new SweepTuner(TunerKind.Random, space, seed: 1).Propose(0)["b"].AsType<int>(), Is.EqualTo(7));
    }

    [Test]
    public void Propose_OfSmacAfterFailures_LearnsFromTheOthersAlone()
    {
        // Every second trial fails. A loss of any number for them would be all that the forest sees.
        var tuner = new SweepTuner(TunerKind.Smac, Space(), seed: 1);
        var best = double.MaxValue;
        for (var trial = 0; trial < 80; trial++)
        {
            var x = tuner.Propose(trial)["x"].AsType<double>();
            double? loss = trial % 2 == 0 ? null : (x - 0.7) * (x - 0.7);
            if (trial >= 50) best = Math.Min(best, loss ?? best);
            tuner.Update(trial, loss, TimeSpan.FromSeconds(1));
        }
        Assert.That(best, Is.LessThan(1e-3));
    }

    [Test]
    public void Update_OfATrialTwice_IsRefused()
    {
        var tuner = new SweepTuner(TunerKind.Random, Space(), seed: 1);
        tuner.Propose(0);
        tuner.Update(0, 1, TimeSpan.Zero);
        Assert.That(() => tuner.Update(0, 1, TimeSpan.Zero), Throws.InvalidOperationException);
    }
}
