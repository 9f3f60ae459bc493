using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Contracts;

/// <summary>The laws every estimator keeps that makes a model from text.</summary>
[TestFixtureSource(typeof(TextTrainingCase), nameof(TextTrainingCase.All))]
public sealed class TextTrainingContractTests(TextTrainingCase training)
{
    private readonly MLContext _ml = new(1);
    private LanguageModel _body = null!;

    [OneTimeSetUp]
    public void MakeBody() => _body = new LanguageModel(ToyModels.Create(ResetToys.Masked), ResetToys.Tokenizer(), ResetToys.Special);

    [OneTimeTearDown]
    public void FreeBody() => _body.Dispose();

    [Test]
    public void GetOutputSchema_PromisesWhatTransformDelivers()
    {
        var data = ResetToys.Rows();
        var promised = Estimator().GetOutputSchema(SchemaShapes.Of(data.Schema)).Select(c => (c.Name, $"{c.ItemType}"));
        var delivered = Estimator().Fit(data).Transform(data).Schema.Select(c => (c.Name, $"{c.Type}"));
        Assert.That(promised, Is.EquivalentTo(delivered));
    }

    [Test]
    public void Fit_WithTheSameSeedTwice_GivesTheSameBits()
    {
        var first = training.Made(Estimator().Fit(ResetToys.Rows())).Fingerprint;
        Assert.That(training.Made(Estimator().Fit(ResetToys.Rows())).Fingerprint, Is.EqualTo(first));
        Assert.That(training.Made(Estimator(o => o with { Seed = 2 }).Fit(ResetToys.Rows())).Fingerprint, Is.Not.EqualTo(first));
    }

    [Test]
    public void Fit_LeavesTheModelGivenAsItIs()
    {
        using var before = _body.Module.CopyWeights();
        Estimator().Fit(ResetToys.Rows());
        Assert.That(ResetToys.Differences(before, _body.Module), Is.Empty);
    }

    [Test]
    public void Save_ThenLoad_ReadsTheSameHiddenStates()
    {
        var data = ResetToys.Rows(count: 6);
        var chain = Estimator().Append(_ml.LanguageModels().HiddenStates()).Fit(ResetToys.Rows());
        using var file = new MemoryStream();
        _ml.Model.Save(chain, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(1).Model.Load(file, out _).Transform(data);
        Assert.That(ColumnText.Of(loaded), Is.EqualTo(ColumnText.Of(chain.Transform(data))));
    }

    [Test]
    public void Save_ThenLoad_PassesRowsWithoutTheTrainingColumns() =>
        SavedStep.PassesOtherRows(_ml, Estimator().Fit(ResetToys.Rows()));

    [Test]
    public void Fit_WithoutTheTextColumn_NamesItAndWhatThereIs()
    {
        var data = _ml.Data.LoadFromEnumerable([new { Body = "ab", Number = 1f }]);
        var error = Assert.Throws<ArgumentException>(() => Estimator().Fit(data));
        Assert.That(error!.Message, Does.Contain("Column 'Text' is missing").And.Contain("'Body'").And.Contain("TextColumn"));
    }

    [Test]
    public void Fit_WithANumberColumn_NamesItsType()
    {
        var error = Assert.Throws<ArgumentException>(() => Estimator().Fit(_ml.Data.LoadFromEnumerable([new { Text = 1f }])));
        Assert.That(error!.Message, Does.Contain("Column 'Text'").And.Contain("Single"));
    }

    [Test]
    public void Fit_WithoutRows_SaysSo()
        => Assert.That(
            () => Estimator().Fit(ResetToys.Rows(count: 0)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("no rows"));

    [Test]
    public void Fit_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => training.Create(_body, o => o, stop.Token).Fit(ResetToys.Rows()));
    }

    [Test]
    public void Fit_WhenTheLossIsNoNumber_StopsAndSaysWhere()
    {
        // a rate that no weight survives; a frozen body does not help the embeddings either
        var estimator = Estimator(o => o with { LearningRate = 1e38, ClipNorm = 0, MaxSteps = 8 });
        var error = Assert.Throws<TrainingDivergedException>(() => estimator.Fit(ResetToys.Rows()));
        Assert.That(error!.Message, Does.Contain($"step {error.Step}").And.Contain("LearningRate"));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesEveryFault()
    {
        var error = Assert.Throws<ArgumentException>(() => Estimator(o => o with { BatchSize = 0, LearningRate = -1 }));
        Assert.That(error!.Message, Does.Contain("BatchSize is 0").And.Contain("LearningRate is -1"));
    }

    private IEstimator<ITransformer> Estimator(Func<TrainingOptions, TrainingOptions>? change = null) =>
        training.Create(_body, change ?? (o => o), CancellationToken.None);
}
