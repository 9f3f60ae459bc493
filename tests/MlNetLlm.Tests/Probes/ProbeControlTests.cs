using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Probes;

namespace MlNetLlm.Tests.Probes;

/// <summary>Control labels, description length, probes by layer.</summary>
public sealed class ProbeControlTests
{
    private readonly MLContext _ml = new(1);

    private static readonly LinearProbeOptions _linear = new() { MaxExamples = 40_000, BatchSize = 128 };

    // Fewer blocks than the paper's, to be quick.
    private static readonly double[] _percents = [1.6, 6.25, 25, 100];

    [Test]
    public void ControlLabels_OfAKind_AreAlwaysTheSameAndAsFrequentAsTheLabel()
    {
        var rows = ProbeToy.Blind(4000, 1);
        for (var i = 0; i < rows.Count; i++) rows[i].Program = $"kind {i % 1000}";
        var control = _ml.Probes().ControlLabels(new() { LabelColumn = "Side", KindColumn = "Program" }).Fit(ProbeToy.View(_ml, rows));
        var labels = Control(control, ProbeToy.View(_ml, rows));
        Assert.That(labels[1000..2000], Is.EqualTo(labels[..1000]));
        Assert.That(Control(control, ProbeToy.View(_ml, rows[3000..])), Is.EqualTo(labels[..1000]));
        Assert.That(labels.Count(label => label == 1) / 4000.0, Is.EqualTo(rows.Count(row => row.Ahead == 0) / 4000.0).Within(0.06));
    }

    [Test]
    public void ControlLabels_WithoutAKind_AreNothingAProbeCouldLearn()
    {
        var (train, test) = (ProbeToy.View(_ml, ProbeToy.Planted(2000, 1)), ProbeToy.View(_ml, ProbeToy.Planted(2000, 2)));
        var shuffled = _ml.Probes().ControlLabels().Fit(train);
        var probes = _ml.Probes().Set([_linear, _linear with { LabelColumn = "Control" }]).Fit(shuffled.Transform(train));
        var evaluation = _ml.Probes().Evaluate(probes, shuffled.Transform(test));
        Assert.That(evaluation.Probes[0].Accuracy, Is.GreaterThan(0.98));
        Assert.That(evaluation.Probes[1].Accuracy, Is.EqualTo(0.25).Within(0.06));
        Assert.That(_ml.Probes().ControlLabels(new() { Seed = 2 }).Fit(train), Is.Not.Null);
    }

    [Test]
    public void ControlLabels_OfOneHotKinds_AreLearnedByHeart()
    {
        // As many kinds as features: a linear probe can assign every kind its random label, so it is not selective at all.
        var train = ProbeToy.View(_ml, ProbeToy.OneHot(2000, 1));
        var control = _ml.Probes().ControlLabels(new() { KindColumn = "Direction", Seed = 3 }).Fit(train);
        var probe = _ml.Probes().Linear(_linear with { LabelColumn = "Control" }).Fit(control.Transform(train));
        Assert.That(_ml.Probes().Evaluate([probe], control.Transform(train)).Probes[0].Accuracy, Is.EqualTo(1));
    }

    [Test]
    public void ControlLabels_AsAnEstimator_KeepItsLaws()
    {
        var data = ProbeToy.View(_ml, ProbeToy.Blind(20, 1));
        var estimator = _ml.Probes().ControlLabels(new() { LabelColumn = "Side", KindColumn = "Program" });
        var fitted = estimator.Fit(data);
        var promised = estimator.GetOutputSchema(SchemaShapes.Of(data.Schema)).Select(Words);
        Assert.That(promised, Is.EquivalentTo(SchemaShapes.Of(fitted.Transform(data).Schema).Select(Words)));
        var mistyped = _ml.Probes().ControlLabels(new() { KindColumn = "Features" });
        Assert.That(Assert.Throws<ArgumentException>(() => mistyped.Fit(data))!.Message,
            Does.StartWith("Column 'Features' is Vector<Single, 6>; expected text, a whole number or a key."));
        Assert.That(Assert.Throws<NotSupportedException>(() => _ml.Model.Save(fitted, data.Schema, new MemoryStream()))!.Message,
            Does.StartWith("Control labels are made for comparison"));
        var faulty = new ControlLabelOptions { LabelColumn = "", OutputColumn = " " };
        Assert.That(Assert.Throws<ArgumentException>(() => _ml.Probes().ControlLabels(faulty))!.Message, Is.EqualTo(
            "ControlLabelOptions: LabelColumn is empty; expected a column's name. OutputColumn is empty; expected a column's name."));

        static string Words(SchemaShape.Column c) =>
            $"{c.Name} {c.Kind} {c.ItemType} {c.IsKey} {string.Join(",", c.Annotations.Select(a => $"{a.Name} {a.ItemType}").Order())}";
    }

    [Test]
    public void DescriptionLength_OfPlantedFeatures_IsShortAndOfBlindOnesThatOfThePrior()
    {
        var options = _linear with { LearningRate = 0.1, WeightDecay = 0, MaxExamples = 20_000 };
        var planted = _ml.Probes().DescriptionLength(
            [options, options with { LabelColumn = "Side" }], ProbeToy.View(_ml, ProbeToy.Planted(1500, 1)), percents: _percents);
        Assert.That(planted.Select(one => one.Code.Compression), Is.All.GreaterThan(2));
        Assert.That(planted[0].Code.UniformBits, Is.EqualTo(3000));
        var blind = _ml.Probes().DescriptionLength([options], ProbeToy.View(_ml, ProbeToy.Blind(1500, 1)), percents: _percents)[0];
        Assert.That(blind.Code.Compression, Is.LessThan(1.02));
        Assert.That(blind.Code.Bits, Is.GreaterThan(0.95 * blind.PriorBits));
    }

    [Test]
    public void DescriptionLength_AddsUpWhatEachBlockCosts()
    {
        var rows = ProbeToy.Planted(400, 1);
        var view = ProbeToy.View(_ml, rows);
        var result = _ml.Probes().DescriptionLength([_linear with { MaxExamples = 4000 }], view, percents: [10, 50, 100])[0];
        Assert.That(result.BlockEnds, Is.EqualTo(new[] { 40, 200, 400 }));
        Assert.That(result.Code.Bits, Is.EqualTo(40 * 2 + result.BlockBits.Sum()).Within(1e-9));
        int[] labels = [.. rows.Select(row => "NESW".IndexOf(row.Direction[0]))];
        Assert.That(result.PriorBits, Is.EqualTo(OnlineCode.PriorBits(labels, 4)).Within(1e-6));

        // The last block by hand: a probe of the first 200 rows, standardised by all of them, scores the other 200.
        var scaled = Standardised(rows);
        var probe = _ml.Probes().Linear(_linear with { MaxExamples = 4000, Standardization = ProbeStandardization.None })
            .Fit(ProbeToy.View(_ml, scaled[..200]));
        var scores = Scores.Of(probe, ProbeToy.View(_ml, scaled[200..]));
        Assert.That(result.BlockBits[1], Is.EqualTo(OnlineCode.BlockBits(scores, labels[200..])).Within(0.05));
    }

    [Test]
    public void DescriptionLength_WithBatchNormalisation_BeginsWithTwoRows()
    {
        var mlp = new MlpProbeOptions { FirstUnits = 8, MaxExamples = 800, BatchSize = 32 };
        var view = ProbeToy.View(_ml, ProbeToy.Planted(600, 1));
        var result = _ml.Probes().DescriptionLength([mlp], view)[0];
        Assert.That(result.BlockEnds, Is.EqualTo(OnlineCode.BlockEnds(600)[1..]), "without the first block, of one row");
        Assert.That(result.BlockEnds[0], Is.EqualTo(2));
        Assert.That(result.BlockBits, Is.All.GreaterThan(0).And.All.LessThan(double.PositiveInfinity));
        var layer = _ml.Probes().DescriptionLength([mlp with { Normalization = ProbeNormalization.Layer }], view)[0];
        Assert.That(layer.BlockEnds, Is.EqualTo(OnlineCode.BlockEnds(600)), "which other probes can learn from");
    }

    [Test]
    public void Fit_OfOneRowWithBatchNormalisation_SaysWhatToDo()
        => Assert.That(
            () => _ml.Probes().Mlp(new MlpProbeOptions { FirstUnits = 8 }).Fit(ProbeToy.View(_ml, ProbeToy.Planted(1, 1))),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                "Batch normalisation needs 2 rows or more to learn from, there is 1. Give more rows, "
                + "or set Normalization to Layer or None."));

    [Test]
    public void DescriptionLength_WithAMissingLabel_SaysSo()
    {
        var rows = ProbeToy.Planted(30, 1);
        rows[4].Direction = "nowhere";
        Assert.That(Assert.Throws<InvalidDataException>(() => _ml.Probes().DescriptionLength([_linear], ProbeToy.View(_ml, rows)))!.Message,
            Is.EqualTo("Column 'Label' has no label in 1 of 30 rows; a code sends all of them. Leave such rows out."));
    }

    [Test]
    public void PerLayer_FindsTheLayerThatHoldsTheLabel()
    {
        IDataView Layers(int seed)
        {
            var (rows, other) = (ProbeToy.Planted(1500, seed), ProbeToy.Blind(1500, seed + 50));
            var view = _ml.Data.LoadFromEnumerable(rows.Zip(other, (row, blind) => new LayerRow
            {
                Layer0 = blind.Features, Layer1 = row.Features, Direction = row.Direction, Program = row.Program,
            }));
            var directions = _ml.Data.LoadFromEnumerable(new[] { "N", "E", "S", "W" }.Select(value => new { Value = value }));
            return _ml.Transforms.Conversion.MapValueToKey("Label", "Direction", keyData: directions).Fit(view).Transform(view);
        }
        var found = _ml.Probes().PerLayer(_linear, ["Layer0", "Layer1"]).Run(Layers(1), Layers(2), Layers(3), "Program");
        Assert.That(found.Layers.Select(layer => layer.Column), Is.EqualTo(new[] { "Layer0", "Layer1" }));
        Assert.That(found.Layers[0].Metrics.Accuracy, Is.EqualTo(0.25).Within(0.07));
        Assert.That(found.Layers[1].Metrics.Accuracy, Is.GreaterThan(0.98));
        Assert.That(found.Evaluation.GroupCount, Is.EqualTo(375));
        Assert.That(Assert.Throws<ArgumentException>(() => _ml.Probes().PerLayer(_linear, ["A", "A"]))!.Message,
            Is.EqualTo("PerLayerProbe got the columns A, A; expected one or more, each different."));
    }

    private static List<ProbeToy.Row> Standardised(List<ProbeToy.Row> rows)
    {
        var mean = Enumerable.Range(0, ProbeToy.Size).Select(i => rows.Average(row => (double)row.Features[i])).ToArray();
        var deviation = Enumerable.Range(0, ProbeToy.Size)
            .Select(i => Math.Sqrt(rows.Average(row => Math.Pow(row.Features[i] - mean[i], 2)))).ToArray();
        return [.. rows.Select(row => new ProbeToy.Row
        {
            Features = [.. row.Features.Select((value, i) => (float)((value - mean[i]) / deviation[i]))],
            Direction = row.Direction, Ahead = row.Ahead, Program = row.Program,
        })];
    }

    private static uint[] Control(ITransformer control, IDataView view) => [.. control.Transform(view).GetColumn<uint>("Control")];

    private sealed class LayerRow
    {
        [VectorType(ProbeToy.Size)]
        public float[] Layer0 { get; set; } = [];

        [VectorType(ProbeToy.Size)]
        public float[] Layer1 { get; set; } = [];

        public string Direction { get; set; } = "";

        public string Program { get; set; } = "";
    }
}
