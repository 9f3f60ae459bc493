using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Probes;

namespace MlNetLlm.Tests.Probes;

public sealed class ProbeSetTests
{
    private static readonly LinearProbeOptions _linear = new()
    {
        MaxExamples = 8_000, BatchSize = 100, Evaluations = 5, ShuffleRows = 256,
    };
    private static readonly MlpProbeOptions _mlp = new()
    {
        MaxExamples = 8_000, BatchSize = 100, Evaluations = 5, ShuffleRows = 256, FirstUnits = 12, SecondUnits = 8,
    };

    private readonly MLContext _ml = new(1);

    /// <summary>Labels, sizes, seeds, class weights, patience and learning rates that differ.</summary>
    private static IReadOnlyList<ProbeOptions> Mixed { get; } =
    [
        _linear with { ScoreColumn = "A" },
        _linear with { ScoreColumn = "B", LabelColumn = "Side", Seed = 2, ClassWeighting = ClassWeighting.Balanced },
        _linear with { ScoreColumn = "C", LearningRate = 0.005, Patience = 1 },
        _linear with { ScoreColumn = "D", LabelColumn = "Side", BestBy = ProbeSelection.Loss },
        _mlp with { ScoreColumn = "E", LabelColumn = "Side" },
        _mlp with { ScoreColumn = "F", HiddenLayers = 2, Normalization = ProbeNormalization.Layer },
    ];

    [Test]
    public void Fit_OfASet_EndsAsEachProbeAlone([Values] bool validated)
    {
        var (train, test) = (ProbeToy.View(_ml, ProbeToy.Planted(700, 1)), ProbeToy.View(_ml, ProbeToy.Planted(100, 2)));
        var validation = validated ? ProbeToy.View(_ml, ProbeToy.Planted(150, 3)) : null;
        var together = _ml.Probes().Set(Mixed).Fit(train, validation);
        for (var i = 0; i < Mixed.Count; i++)
        {
            var alone = new ProbeEstimator(Mixed[i]).Fit(train, validation);
            var column = Mixed[i].ScoreColumn;
            Assert.That(Scores.Of(together[i], test, column), Is.EqualTo(Scores.Of(alone, test, column)).Within(2e-4), column);
            Assert.That(together[i].Training.BestStep, Is.EqualTo(alone.Training.BestStep), column);
        }
    }

    [Test]
    public void Fit_FromMemoryOrFromAFile_GivesTheSameBits()
    {
        var (train, validation) = (ProbeToy.View(_ml, ProbeToy.Planted(700, 1)), ProbeToy.View(_ml, ProbeToy.Planted(150, 3)));
        float[] Run(int mebibytes) => Scores.Of(
            _ml.Probes().Linear(_linear with { CacheMebibytes = mebibytes }).Fit(train, validation), validation);
        Assert.That(Run(0), Is.EqualTo(Run(256)));
    }

    [Test]
    public void Fit_WithValidation_KeepsTheWeightsOfTheBestEvaluation()
    {
        var (train, validation) = (ProbeToy.View(_ml, ProbeToy.Blind(200, 1)), ProbeToy.View(_ml, ProbeToy.Blind(150, 3)));
        foreach (var options in new ProbeOptions[] { _linear, _mlp with { HiddenLayers = 2 } })
        {
            var probe = new ProbeEstimator(options with { LearningRate = 0.1 }).Fit(train, validation);
            var metrics = _ml.MulticlassClassification.Evaluate(probe.Transform(validation));
            Assert.That(metrics.MicroAccuracy, Is.EqualTo(probe.Training.ValidationAccuracy!.Value).Within(1e-9));
            Assert.That(metrics.LogLoss, Is.EqualTo(probe.Training.ValidationLoss!.Value).Within(1e-4));
        }
    }

    [Test]
    public void Fit_WithPatience_StopsBeforeTheEnd()
    {
        var (train, validation) = (ProbeToy.View(_ml, ProbeToy.Blind(200, 1)), ProbeToy.View(_ml, ProbeToy.Blind(150, 3)));
        var options = _mlp with { LearningRate = 0.05, MaxExamples = 100_000, MaxEpochs = 500, Evaluations = 50, Patience = 3,
            BestBy = ProbeSelection.Loss };
        var stopped = _ml.Probes().Mlp(options).Fit(train, validation).Training;
        var whole = _ml.Probes().Mlp(options with { Patience = 0 }).Fit(train, validation).Training;
        Assert.That(stopped.StoppedEarly, Is.True);
        Assert.That(stopped.Steps, Is.LessThan(whole.Steps));
        Assert.That(whole.StoppedEarly, Is.False);
        Assert.That(whole.Steps, Is.EqualTo(1000));
    }

    [Test]
    public void Fit_WithMissingLabels_LearnsFromTheOthersOnly()
    {
        var rows = ProbeToy.Planted(600, 1);
        var spoiled = ProbeToy.Planted(600, 1);
        for (var i = 0; i < 600; i += 3) (spoiled[i].Direction, spoiled[i].Features[3]) = ("nowhere", 50);
        var probe = _ml.Probes().Linear(_linear with { MaxExamples = 20_000, Standardization = ProbeStandardization.None }).Fit(ProbeToy.View(_ml, spoiled));
        var test = ProbeToy.View(_ml, ProbeToy.Planted(400, 2));
        Assert.That(_ml.MulticlassClassification.Evaluate(probe.Transform(test)).MicroAccuracy, Is.GreaterThanOrEqualTo(0.99));
    }

    [Test]
    public void Save_OfAProbeOfNumbers_LoadsWithKeysThatAreNumbers()
    {
        var data = ProbeToy.View(_ml, ProbeToy.Planted(120, 1));
        var probe = _ml.Probes().Linear(_linear with { LabelColumn = "Side", PredictedLabelColumn = "Ahead?" }).Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(probe, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(1).Model.Load(file, out _);
        Assert.That(Values(loaded), Is.EqualTo(Values(probe)));
        Assert.That(Values(probe).Distinct(), Is.EquivalentTo(new[] { 0, 1 }));

        int[] Values(ITransformer transformer)
        {
            var scored = transformer.Transform(data);
            var values = _ml.Transforms.Conversion.MapKeyToValue("Ahead?").Fit(scored).Transform(scored);
            return [.. values.GetColumn<int>("Ahead?")];
        }
    }

    [Test]
    public void Evaluate_OfSeveralProbes_AgreesWithMlNetAndJoinsThem()
    {
        var train = ProbeToy.View(_ml, ProbeToy.Blind(400, 1));
        var rows = ProbeToy.Blind(203, 2);
        rows[7].Direction = "nowhere";
        var test = ProbeToy.View(_ml, rows);
        var side = _mlp with { LabelColumn = "Side", ScoreColumn = "S", PredictedLabelColumn = "P" };
        var probes = _ml.Probes().Set([_linear, side]).Fit(train);
        var evaluation = _ml.Probes().Evaluate(probes, test, "Program");
        var (first, second) = (_ml.MulticlassClassification.Evaluate(probes[0].Transform(test)),
            _ml.MulticlassClassification.Evaluate(probes[1].Transform(test), "Side", "S", "P"));
        Assert.That(evaluation.Probes[0].Accuracy, Is.EqualTo(first.MicroAccuracy).Within(1e-9));
        Assert.That(evaluation.Probes[1].Accuracy, Is.EqualTo(second.MicroAccuracy).Within(1e-9));
        Assert.That(evaluation.Probes[0].LogLoss, Is.EqualTo(first.LogLoss).Within(1e-5));
        Assert.That((evaluation.Rows, evaluation.GroupCount), Is.EqualTo((203, 51)));
        Assert.That(evaluation.IsRight(0, 7), Is.Null);
        var both = Enumerable.Range(0, 203).Count(row => evaluation.IsRight(0, row) == true && evaluation.IsRight(1, row) == true);
        Assert.That(evaluation.Joint(0, 1), Is.EqualTo(new ProbeMetrics(202, both / 202.0, double.NaN)));
        var (right, counted) = evaluation.ByGroup(0);
        Assert.That(right.Sum() / 202, Is.EqualTo(evaluation.Probes[0].Accuracy).Within(1e-12));
        Assert.That((counted.Sum(), counted[1], counted[50]), Is.EqualTo((202.0, 3.0, 3.0)));
    }

    [Test]
    public void Set_OfProbesThatCannotShareAPass_NamesWhatDiffers()
    {
        var error = Assert.Throws<ArgumentException>(() => _ml.Probes().Set([_linear, _linear with { BatchSize = 50, OrderSeed = 9 }]));
        Assert.That(error!.Message, Is.EqualTo(
            "Probes of one set share a pass, so these must be the same: BatchSize is 100 and 50. OrderSeed is 1 and 9."));
        Assert.That(Assert.Throws<ArgumentException>(() => _ml.Probes().Set([]))!.Message,
            Is.EqualTo("A probe set has no probes; give the options of at least one."));
    }

    [Test]
    public void Fit_WithOtherKeyValuesInTheValidationRows_SaysSo()
    {
        var train = ProbeToy.View(_ml, ProbeToy.Planted(50, 1));
        var other = _ml.Data.LoadFromEnumerable(ProbeToy.Planted(50, 2));
        other = _ml.Transforms.Conversion.MapValueToKey("Label", "Program").Fit(other).Transform(other);
        Assert.That(Assert.Throws<ArgumentException>(() => _ml.Probes().Linear(_linear).Fit(train, other))!.Message, Is.EqualTo(
            "Column 'Label' has other key values in the validation rows (p0, p1, p2, p3, p4, … 13 in all) than in the training rows "
            + "(N, E, S, W). Make both by one fitted MapValueToKey."));
    }
}
