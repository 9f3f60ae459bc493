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
