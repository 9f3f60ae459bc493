using Microsoft.ML;
using MlNetLlm.Probes;

namespace MlNetLlm.Tests.Probes;

/// <summary>What probes find in features that are known to hold it, or not.</summary>
public sealed class ProbeLearningTests
{
    private readonly MLContext _ml = new(1);

    private static readonly LinearProbeOptions _linear = new() { MaxExamples = 100_000, BatchSize = 256 };
    private static readonly MlpProbeOptions _mlp = new() { MaxExamples = 60_000, BatchSize = 256, FirstUnits = 32, SecondUnits = 16 };

    [Test]
    public void Linear_OnFeaturesThatHoldTheStateLinearly_IsRight([Values("Label", "Side")] string label) =>
        Assert.That(Accuracy(_linear with { LabelColumn = label }, ProbeToy.Planted), Is.GreaterThanOrEqualTo(0.99));

    [Test]
    public void Mlp_OnFeaturesThatHoldTheStateLinearly_IsRight([Values(1, 2)] int layers) =>
        Assert.That(Accuracy(_mlp with { HiddenLayers = layers }, ProbeToy.Planted), Is.GreaterThanOrEqualTo(0.99));

    [Test]
    public void Linear_OnFeaturesWithoutTheState_IsAtChance() =>
        Assert.That(Accuracy(_linear, ProbeToy.Blind), Is.EqualTo(0.25).Within(0.06));

    [Test]
    public void Mlp_OnFeaturesWithoutTheState_IsAtChance([Values(1, 2)] int layers) =>
        Assert.That(Accuracy(_mlp with { HiddenLayers = layers }, ProbeToy.Blind), Is.EqualTo(0.25).Within(0.06));

    [Test]
    public void Probe_OnTheLabelItself_IsAlwaysRight()
    {
        Assert.That(Accuracy(_linear, ProbeToy.OneHot), Is.EqualTo(1));
        Assert.That(Accuracy(_mlp, ProbeToy.OneHot), Is.EqualTo(1));
    }

    [Test]
    public void Linear_OnNoise_SaysTheMajority()
    {
        var (training, test) = (ProbeToy.Blind(4000, 1), ProbeToy.Blind(2000, 2));
        var majority = MajorityClass.Accuracy([.. training.Select(row => row.Ahead)], [.. test.Select(row => row.Ahead)], 2);
        Assert.That(Accuracy(_linear with { LabelColumn = "Side" }, ProbeToy.Blind), Is.EqualTo(majority).Within(0.02));
    }

    [Test]
    public void Mlp_OnAnExclusiveOr_IsRightWhereALinearProbeIsNot()
    {
        Assert.That(Accuracy(_mlp with { LabelColumn = "Side" }, ProbeToy.ExclusiveOr), Is.GreaterThan(0.97));
        Assert.That(Accuracy(_linear with { LabelColumn = "Side" }, ProbeToy.ExclusiveOr), Is.LessThan(0.8));
    }

    [Test]
    public void Linear_WithBalancedClasses_FindsMoreOfTheRareClass()
    {
        // The third axis is drowned in noise, so that the frequent side is the safe answer.
        List<ProbeToy.Row> Noisy(int count, int seed) => [.. ProbeToy.Planted(count, seed).Zip(ProbeToy.Blind(count, seed + 100),
            (row, noise) => { row.Features[2] = 0.4f * row.Features[2] + noise.Features[2]; return row; })];
        var test = ProbeToy.View(_ml, Noisy(2000, 2));
        double Recall(ClassWeighting weighting) => _ml.MulticlassClassification.Evaluate(
            _ml.Probes().Linear(_linear with { LabelColumn = "Side", ClassWeighting = weighting })
                .Fit(ProbeToy.View(_ml, Noisy(4000, 1))).Transform(test), "Side").ConfusionMatrix.PerClassRecall[1];
        Assert.That(Recall(ClassWeighting.Balanced), Is.GreaterThan(Recall(ClassWeighting.Equal) + 0.1));
    }

    [Test]
    public void Fit_WithGivenWeightsOfBalance_IsBalanced()
    {
        var rows = ProbeToy.Planted(500, 3);
        var (ones, view) = (rows.Count(row => row.Ahead == 1), ProbeToy.View(_ml, rows));
        var options = _linear with { LabelColumn = "Side", MaxExamples = 5000 };
        var balanced = _ml.Probes().Linear(options with { ClassWeighting = ClassWeighting.Balanced }).Fit(view);
        var given = _ml.Probes().Linear(options with
        {
            ClassWeighting = ClassWeighting.Given, ClassWeights = [250.0 / (500 - ones), 250.0 / ones],
        }).Fit(view);
        Assert.That(Scores.Of(given, view), Is.EqualTo(Scores.Of(balanced, view)).Within(1e-6));
    }

    [Test]
    public void Fit_OnScaledAndShiftedFeatures_LearnsTheSame()
    {
        List<ProbeToy.Row> Moved(List<ProbeToy.Row> rows)
        {
            rows.ForEach(row => row.Features = [.. row.Features.Select((value, slot) => value * MathF.Pow(10, slot - 2) + 3 * slot)]);
            return rows;
        }
        double Moves(int count, int seed) => Accuracy(_linear, (n, s) => Moved(ProbeToy.Planted(n, s)));
        Assert.That(Moves(0, 0), Is.GreaterThanOrEqualTo(0.99));
    }

    private double Accuracy(ProbeOptions options, Func<int, int, List<ProbeToy.Row>> rows)
    {
        var probe = new ProbeEstimator(options).Fit(ProbeToy.View(_ml, rows(4000, 1)));
        var scored = probe.Transform(ProbeToy.View(_ml, rows(2000, 2)));
        return _ml.MulticlassClassification.Evaluate(scored, options.LabelColumn).MicroAccuracy;
    }
}
