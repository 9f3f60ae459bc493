using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Probes;
using MlNetLlm.Tests.Probes;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Contracts;

/// <summary>The laws every probe keeps.</summary>
[TestFixtureSource(typeof(ProbeCase), nameof(ProbeCase.All))]
public sealed class ProbeContractTests(ProbeCase probe)
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void GetOutputSchema_PromisesWhatTransformDelivers([Values("Label", "Side")] string label)
    {
        var data = Rows();
        var estimator = probe.Create(options => options with { LabelColumn = label });
        var promised = estimator.GetOutputSchema(SchemaShapes.Of(data.Schema)).Select(Words);
        var delivered = SchemaShapes.Of(estimator.Fit(data).Transform(data).Schema).Select(Words);
        Assert.That(promised, Is.EquivalentTo(delivered));

        static string Words(SchemaShape.Column c)
        {
            var annotations = c.Annotations.Select(a => $"{a.Name} {a.Kind} {a.ItemType}").Order();
            return $"{c.Name}: {c.Kind} {c.ItemType} key {c.IsKey} [{string.Join(", ", annotations)}]";
        }
    }

    [Test]
    public void Transform_GivesProbabilitiesNamesAndTheLabelsOwnKeys()
    {
        var (fitted, data) = (probe.Create().Fit(Rows()), Rows(seed: 2));
        var scored = fitted.Transform(data);
        var (scores, predicted) = (scored.GetColumn<float[]>("Score").ToList(), scored.GetColumn<uint>("PredictedLabel").ToList());
        Assert.That(scores.Select(row => row.Sum()), Is.All.EqualTo(1).Within(1e-5));
        Assert.That(predicted, Is.EqualTo(scores.Select(row => (uint)Array.IndexOf(row, row.Max()) + 1)));
        Assert.That(Texts(scored.Schema["Score"], "SlotNames"), Is.EqualTo(new[] { "N", "E", "S", "W" }));
        Assert.That(Texts(scored.Schema["PredictedLabel"], "KeyValues"), Is.EqualTo(new[] { "N", "E", "S", "W" }));
        var names = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
        Assert.That(names.GetColumn<string>("PredictedLabel"), Is.EqualTo(predicted.Select(key => "NESW"[(int)key - 1].ToString())));
    }

    [Test]
    public void Transform_OfARow_DoesNotDependOnTheOthers()
    {
        var fitted = probe.Create().Fit(Rows());
        var rows = ProbeToy.Planted(40, 2);
        var (all, one) = (Scores.Of(fitted, ProbeToy.View(_ml, rows)), Scores.Of(fitted, ProbeToy.View(_ml, rows[..1])));
        Assert.That(one, Is.EqualTo(all[..4]).Within(1e-6));
    }

    [Test]
    public void Fit_WithTheSameSeedTwice_GivesTheSameBits()
    {
        var (data, validation) = (Rows(), Rows(seed: 2));
        float[] Run() => Scores.Of(probe.Create().Fit(data, validation), data);
        Assert.That(Run(), Is.EqualTo(Run()));
    }

    [Test]
    public void Fit_WithAnotherSeed_GivesAnotherProbe([Values] bool order)
    {
        var data = Rows();
        var other = probe.Create(options => order ? options with { OrderSeed = 2 } : options with { Seed = 2 }).Fit(data);
        Assert.That(Scores.Of(other, data), Is.Not.EqualTo(Scores.Of(probe.Create().Fit(data), data)));
    }

    [Test]
    public void Fit_WithoutExamples_IsTheProbeAsDrawn()
    {
        var fitted = probe.Create(options => options with { MaxExamples = 0 }).Fit(Rows());
        Assert.That(fitted.Training, Is.EqualTo(new ProbeTrainingResult(0, null, null, null, null, false)));
        Assert.That(Scores.Of(fitted, Rows()), Is.All.InRange(0.0, 1.0));
    }

    [Test]
    public void Save_ThenLoad_GivesTheSame()
    {
        var data = Rows();
        var fitted = probe.Create().Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(fitted, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(1).Model.Load(file, out _);
        var (expected, actual) = (fitted.Transform(data), loaded.Transform(data));
        Assert.That(Schema(actual), Is.EqualTo(Schema(expected)));
        Assert.That(Scores.Of(loaded, data), Is.EqualTo(Scores.Of(fitted, data)).Within(1e-6));
        Assert.That(actual.GetColumn<uint>("PredictedLabel"), Is.EqualTo(expected.GetColumn<uint>("PredictedLabel")));
        Assert.That(Texts(actual.Schema["PredictedLabel"], "KeyValues"), Is.EqualTo(new[] { "N", "E", "S", "W" }));
        Assert.That(_ml.MulticlassClassification.Evaluate(actual).MicroAccuracy,
            Is.EqualTo(_ml.MulticlassClassification.Evaluate(expected).MicroAccuracy));
    }

    [Test]
    public void SaveFolder_ThenLoad_GivesTheSameBits()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var fitted = probe.Create().Fit(Rows(), Rows(seed: 2));
            fitted.Save(folder);
            using var loaded = ProbeTransformer.Load(folder);
            Assert.That(Scores.Of(loaded, Rows()), Is.EqualTo(Scores.Of(fitted, Rows())));
            Assert.That(loaded.Options with { ClassWeights = fitted.Options.ClassWeights }, Is.EqualTo(fitted.Options));
            Assert.That((loaded.Training, loaded.ParameterCount), Is.EqualTo((fitted.Training, fitted.ParameterCount)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Fit_WithoutAColumn_NamesIt([Values("Features", "Label")] string missing)
    {
        var data = _ml.Transforms.DropColumns(missing).Fit(Rows()).Transform(Rows());
        foreach (var act in new Action[] { () => probe.Create().Fit(data),
            () => probe.Create().GetOutputSchema(SchemaShapes.Of(data.Schema)) })
            Assert.That(Assert.Throws<ArgumentException>(() => act())!.Message,
                Does.StartWith($"Column '{missing}' is missing; the data has '").And.Contain($"Set `{missing}Column`"));
    }

    [Test]
    public void Fit_WithColumnsOfAnotherType_NamesThem()
    {
        var data = Rows();
        var features = Assert.Throws<ArgumentException>(() => probe.Create(o => o with { FeaturesColumn = "Ahead" }).Fit(data));
        Assert.That(features!.Message, Is.EqualTo(
            "Column 'Ahead' is Int32; expected a vector of Single of known size. 'Features' would do. Set `FeaturesColumn`."));
        var label = Assert.Throws<ArgumentException>(() => probe.Create(o => o with { LabelColumn = "Program" }).Fit(data));
        Assert.That(label!.Message, Is.EqualTo(
            "Column 'Program' is String; expected a key of 2 or more values. 'Label', 'Side' would do. Set `LabelColumn`."));
    }

    [Test]
    public void Transform_OfFeaturesOfAnotherSize_SaysSo()
    {
        var fitted = probe.Create().Fit(Rows());
        var other = _ml.Transforms.Concatenate("Features", "Features", "Features").Fit(Rows()).Transform(Rows());
        Assert.That(Assert.Throws<ArgumentException>(() => fitted.Transform(other))!.Message, Is.EqualTo(
            "Column 'Features' has 12 slots; this probe was trained on 6. Give it the features it was trained on."));
    }

    [Test]
    public void FitAndTransform_OfNoNumber_NameRowAndSlot([Values(float.NaN, float.PositiveInfinity)] float value)
    {
        var rows = ProbeToy.Planted(50, 1);
        rows[17].Features[4] = value;
        var (data, fitted) = (ProbeToy.View(_ml, rows), probe.Create().Fit(Rows()));
        var expected = $"Row 17 of column 'Features' has {value} in slot 4; features must be finite numbers. "
            + "Leave the row out, or replace the value.";
        foreach (var act in new Action[] { () => probe.Create().Fit(data), () => Scores.Of(fitted, data),
            () => _ml.Probes().Evaluate([fitted], data), () => probe.Create().Fit(Rows(), data) })
            Assert.That(Assert.Throws<InvalidDataException>(() => act())!.Message, Is.EqualTo(expected));
    }

    [Test]
    public void Fit_WithoutRowsOrLabels_SaysSo()
    {
        Assert.That(Assert.Throws<InvalidDataException>(() => probe.Create().Fit(ProbeToy.View(_ml, [])))!.Message,
            Is.EqualTo("The data has no rows; a probe needs at least one."));
        var rows = ProbeToy.Planted(5, 1);
        rows.ForEach(row => row.Direction = "nowhere");
        Assert.That(Assert.Throws<InvalidDataException>(() => probe.Create().Fit(Rows(), ProbeToy.View(_ml, rows)))!.Message,
            Is.EqualTo("Column 'Label' has no label in any of the 5 validation rows."));
    }

    [Test]
    public void Fit_WhenTheLossIsNoNumber_StopsAndSaysWhere()
    {
        var rows = ProbeToy.Planted(200, 1);
        rows.ForEach(row => row.Features = [.. row.Features.Select(value => value * 1e37f)]);
        var options = new Func<ProbeOptions, ProbeOptions>(
            o => o with { Standardization = ProbeStandardization.None, LearningRate = 1e30, WeightDecay = 0 });
        var error = Assert.Throws<TrainingDivergedException>(() => probe.Create(options).Fit(ProbeToy.View(_ml, rows)));
        Assert.That(error!.Message, Does.StartWith("The loss of the probe of 'Label' became ")
            .And.Contain($"at step {error.Step} (learning rate").And.Contain("Lower `LearningRate`"));
    }

    [Test]
    public void Fit_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<int>();
        var progress = new Immediate(report =>
        {
            seen.Add(report.Step);
            if (report.Step == 3) stop.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => probe.Create(null, progress, stop.Token).Fit(Rows()));
        Assert.That(seen, Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void Fit_ReportsEveryStep()
    {
        var seen = new List<TrainingProgress>();
        var fitted = probe.Create(null, new Immediate(seen.Add)).Fit(Rows(), Rows(seed: 2));
        Assert.That(seen.Select(report => report.Step), Is.EqualTo(Enumerable.Range(1, 62)));
        Assert.That(seen[^1].Tokens, Is.EqualTo(62 * 64));
        Assert.That(seen[^1].Loss, Is.EqualTo(fitted.Training.Loss));
        Assert.That(seen[^1].ValidationLoss, Is.EqualTo(fitted.Training.ValidationLoss));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesEveryFault()
    {
        var error = Assert.Throws<ArgumentException>(() => probe.Create(options => options with
        {
            LearningRate = -1, MaxEpochs = 0, ShuffleRows = 5, ScoreColumn = "", Device = "tpu", ClassWeights = [1, -2],
        }));
        Assert.That(error!.Message, Is.EqualTo(
            $"{probe.Options.GetType().Name}: ScoreColumn is empty; expected a column's name. LearningRate is -1; expected above 0. "
            + "MaxEpochs is 0; expected 1 or more. ClassWeights are 1, -2; expected numbers above 0. "
            + "ClassWeighting is Equal and ClassWeights has 2 weights; set Given and the weights, or neither. "
            + "ShuffleRows is 5; expected 32 or more. Device is 'tpu'; expected 'cpu', 'cuda' or 'cuda:' and a number."));
    }

    private IDataView Rows(int seed = 1) => ProbeToy.View(_ml, ProbeToy.Planted(300, seed));

    private static IEnumerable<string> Schema(IDataView view) =>
        view.Schema.Where(c => !c.IsHidden).Select(c => $"{c.Name}: {c.Type}").Order();

    private static IEnumerable<string> Texts(DataViewSchema.Column column, string annotation)
    {
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(annotation, ref values);
        return values.DenseValues().Select(value => value.ToString());
    }

    private sealed class Immediate(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
