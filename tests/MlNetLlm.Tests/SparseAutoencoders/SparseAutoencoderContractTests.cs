using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.SparseAutoencoders;

/// <summary>The laws every estimator keeps, for the sparse autoencoder.</summary>
[TestFixture(SparseCodeOutput.Activations)]
[TestFixture(SparseCodeOutput.Reconstruction)]
public sealed class SparseAutoencoderContractTests(SparseCodeOutput output)
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void GetOutputSchema_PromisesWhatTransformDelivers()
    {
        var data = View();
        var promised = Estimator().GetOutputSchema(SchemaShapes.Of(data.Schema)).Select(Words);
        var delivered = SchemaShapes.Of(Estimator().Fit(data).Transform(data).Schema).Select(Words);
        Assert.That(promised, Is.EquivalentTo(delivered));

        static string Words(SchemaShape.Column c) => $"{c.Name}: {c.Kind} {c.ItemType} key {c.IsKey}";
    }

    [Test]
    public void Transform_GivesTheAutoencodersCodes()
    {
        var (states, fitted) = (SparseToy.States(30, seed: 3), Estimator().Fit(View()));
        var rows = fitted.Transform(SparseToy.View(_ml, states));
        var codes = fitted.Autoencoder.EncodeAll(SparseToy.Flat(states));
        Assert.That(rows.GetColumn<int[]>("Latents"), Is.EqualTo(codes.Select(code => code.Latents)));
        Assert.That(rows.GetColumn<float[]>("Strengths"), Is.EqualTo(codes.Select(code => code.Strengths)));
        var expected = codes.Select(code => output == SparseCodeOutput.Reconstruction
            ? fitted.Autoencoder.Decode(code)
            : [.. Enumerable.Range(0, fitted.Autoencoder.Latents).Select(code.StrengthOf)]);
        Assert.That(rows.GetColumn<float[]>("Vector"), Is.EqualTo(expected));
    }

    [Test]
    public void Fit_WithTheSameSeedTwice_GivesTheSameBits()
    {
        var first = Estimator().Fit(View()).Autoencoder.Fingerprint;
        Assert.That(Estimator().Fit(View()).Autoencoder.Fingerprint, Is.EqualTo(first));
        Assert.That(Estimator(o => o with { Seed = 2 }).Fit(View()).Autoencoder.Fingerprint, Is.Not.EqualTo(first));
    }

    [Test]
    public void Save_ThenLoad_GivesTheSame()
    {
        var data = View();
        var fitted = Estimator().Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(fitted, data.Schema, file);
        file.Position = 0;
        var (expected, actual) = (fitted.Transform(data), new MLContext(1).Model.Load(file, out _).Transform(data));
        Assert.That(Schema(actual), Is.EqualTo(Schema(expected)));
        Assert.That(ColumnText.Of(actual, except: "Latents"), Is.EqualTo(ColumnText.Of(expected, except: "Latents")));
        Assert.That(actual.GetColumn<int[]>("Latents"), Is.EqualTo(expected.GetColumn<int[]>("Latents")));

        static IEnumerable<string> Schema(IDataView view) =>
            view.Schema.Where(c => !c.IsHidden).Select(c => $"{c.Name}: {c.Type}").Order();
    }

    [Test]
    public void Fit_WithoutTheColumn_NamesIt()
    {
        var data = _ml.Transforms.CopyColumns("Other", "Features").Fit(View()).Transform(View());
        data = _ml.Transforms.DropColumns("Features").Fit(data).Transform(data);
        foreach (var act in new Action[] { () => Estimator().Fit(data), () => Estimator().GetOutputSchema(SchemaShapes.Of(data.Schema)) })
            Assert.That(Assert.Throws<ArgumentException>(() => act())!.Message,
                Does.StartWith("Column 'Features' is missing; the data has 'Other'").And.Contain("Set `Columns.FeaturesColumn`"));
    }

    [Test]
    public void Fit_WhenCancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Stopper(stop);
        var options = SparseToy.Quick with { Columns = Columns };
        Assert.That(() => new SparseAutoencoderEstimator(options, progress, stop.Token).Fit(View()),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(progress.Steps, Is.EqualTo(3));
    }

    [Test]
    public void Fit_ThatDiverges_SaysAtWhichStep() =>
        Assert.That(() => Estimator(o => o with { LearningRate = 1e30 }).Fit(View()),
            Throws.InstanceOf<TrainingDivergedException>().With.Message.Contains("step"));

    private SparseCodeColumns Columns => new() { Output = output, OutputColumn = "Vector" };

    private IDataView View() => SparseToy.View(_ml, SparseToy.States(200));

    private SparseAutoencoderEstimator Estimator(Func<SparseAutoencoderOptions, SparseAutoencoderOptions>? change = null)
    {
        var options = SparseToy.Quick with { Columns = Columns, MaxRows = 1_280 };
        return _ml.Concepts().TrainSparseAutoencoder(change?.Invoke(options) ?? options);
    }

    private sealed class Stopper(CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        public int Steps { get; private set; }

        public void Report(TrainingProgress value)
        {
            Steps = value.Step;
            if (value.Step == 3) stop.Cancel();
        }
    }
}
