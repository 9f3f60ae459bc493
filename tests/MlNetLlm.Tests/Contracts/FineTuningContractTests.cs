using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Scoring;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Contracts;

/// <summary>The laws every fine-tuning estimator keeps.</summary>
[TestFixtureSource(typeof(FineTuningCase), nameof(FineTuningCase.All))]
public sealed class FineTuningContractTests(FineTuningCase tuning)
{
    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void GetOutputSchema_PromisesWhatTransformDelivers()
    {
        var data = Toy.Rows(_ml);
        var estimator = Estimator();
        var promised = estimator.GetOutputSchema(MlNetLlm.Data.SchemaShapes.Of(data.Schema)).Select(c => (c.Name, $"{c.ItemType}"));
        var delivered = estimator.Fit(data).Transform(data).Schema.Select(c => (c.Name, $"{c.Type}"));
        Assert.That(promised, Is.EquivalentTo(delivered));
    }

    [Test]
    public void Fit_LowersWhatItIsToLower()
    {
        var data = Toy.Rows(_ml);
        var badness = tuning.Badness ?? Nats;
        var before = badness(_model, data);
        var after = badness(tuning.Tuned(Estimator(o => o with { MaxSteps = 40 }).Fit(data)), data);
        Assert.That(after, Is.LessThan(before - 0.02));
    }

    [Test]
    public void Fit_WithZeroSteps_ReturnsTheBaseModel()
    {
        var data = Toy.Rows(_ml);
        var tuned = tuning.Tuned(Estimator(o => o with { MaxSteps = 0 }).Fit(data));
        var difference = Scores(tuned, data)
            .Zip(Scores(_model, data), (a, b) => Math.Abs(a.NegativeLogLikelihood - b.NegativeLogLikelihood)).Max();
        Assert.That(difference, Is.LessThan(1e-4));
    }

    [Test]
    public void Fit_LeavesTheBaseModelUntouched()
    {
        var data = Toy.Rows(_ml);
        var (fingerprint, scores) = (ModelFingerprintOf(_model), Scores(_model, data));
        Estimator().Fit(data);
        Assert.That(ModelFingerprintOf(_model), Is.EqualTo(fingerprint));
        Assert.That(Scores(_model, data), Is.EqualTo(scores));
    }

    [Test]
    public void Fit_WithTheSameSeedTwice_GivesTheSameBits()
    {
        var data = Toy.Rows(_ml);
        var first = tuning.Tuned(Estimator().Fit(data)).Fingerprint;
        var second = tuning.Tuned(Estimator().Fit(data)).Fingerprint;
        Assert.That(second, Is.EqualTo(first));
        Assert.That(first, Is.Not.EqualTo(_model.Fingerprint));
    }

    [Test]
    public void Fit_WithAnotherSeed_GivesAnotherModel()
    {
        var data = Toy.Rows(_ml);
        Assert.That(tuning.Tuned(Estimator(o => o with { Seed = 2 }).Fit(data)).Fingerprint,
            Is.Not.EqualTo(tuning.Tuned(Estimator().Fit(data)).Fingerprint));
    }

    [Test]
    public void Save_ThenLoad_ScoresTheSame()
    {
        var data = Toy.Rows(_ml);
        var chain = Estimator().Append(_ml.LanguageModels().Score()).Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(chain, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(1).Model.Load(file, out var schema);

        Assert.That(schema.Select(c => c.Name), Is.EqualTo(data.Schema.Select(c => c.Name)));
        var expected = _ml.LanguageModels().Scores(chain.Transform(data));
        var scored = loaded.Transform(data);
        var actual = _ml.LanguageModels().Scores(scored);
        Assert.That(actual.Select(s => (s.Tokens, s.Bytes)), Is.EqualTo(expected.Select(s => (s.Tokens, s.Bytes))));
        Assert.That(actual.Zip(expected, (a, b) => Math.Abs(a.NegativeLogLikelihood - b.NegativeLogLikelihood)).Max(), Is.LessThan(1e-4));
        Assert.That(scored.Schema.Where(c => !c.IsHidden).Select(c => c.Name),
            Is.EquivalentTo(chain.GetOutputSchema(data.Schema).Select(c => c.Name)));
    }

    [Test]
    public void Save_ThenLoad_PassesRowsWithoutTheTrainingColumns() => SavedStep.PassesOtherRows(_ml, Estimator().Fit(Toy.Rows(_ml)));

    [Test]
    public void Dispose_OfAChain_FreesTheTunedModelAndLeavesTheBase()
    {
        var data = Toy.Rows(_ml);
        var before = Nats(_model, data);
        var chain = Estimator().Append(_ml.LanguageModels().Score()).Fit(data);
        var (scored, model) = (chain.Transform(data), tuning.Tuned(chain.First()));
        _ = model.Module;

        chain.Dispose();
        chain.Dispose();
        model.Dispose();

        Assert.That(() => model.Module, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => _ml.LanguageModels().Scores(scored), Throws.TypeOf<ObjectDisposedException>()
            .With.Message.Contains("keep the model until the last one was"));
        Assert.That(Nats(_model, data), Is.EqualTo(before));
    }

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
        var data = _ml.Data.LoadFromEnumerable([new { Text = 1f }]);
        var error = Assert.Throws<ArgumentException>(() => Estimator().Fit(data));
        Assert.That(error!.Message, Does.Contain("Column 'Text'").And.Contain("Single").And.Contain("text"));
    }

    [Test]
    public void Fit_WithoutRows_SaysSo()
    {
        var error = Assert.Throws<InvalidDataException>(() => Estimator().Fit(Toy.Rows(_ml, count: 0)));
        Assert.That(error!.Message, Does.Contain("The data has no rows"));
    }

    [Test]
    public void Fit_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => tuning.Create(_model, o => o, stop.Token).Fit(Toy.Rows(_ml)));
    }

    [Test]
    public void Fit_WhenTheLossIsNoNumber_StopsAndSaysWhere()
    {
        using var broken = Toy.Model();
        broken.Module.TokenEmbedding.fill_(double.NaN);
        var error = Assert.Throws<TrainingDivergedException>(() =>
            tuning.Create(broken, o => o, CancellationToken.None).Fit(Toy.Rows(_ml)));
        Assert.That(error!.Step, Is.EqualTo(1));
        Assert.That(error.Message, Does.Contain("step 1").And.Contain("LearningRate"));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesEveryFault()
    {
        var error = Assert.Throws<ArgumentException>(() => Estimator(o => o with { BatchSize = 0, LearningRate = -1 }));
        Assert.That(error!.Message, Does.Contain("BatchSize is 0").And.Contain("LearningRate is -1"));
    }

    private IEstimator<ITransformer> Estimator(Func<TrainingOptions, TrainingOptions>? change = null) =>
        tuning.Create(_model, change ?? (o => o), CancellationToken.None);

    private IReadOnlyList<TextScore> Scores(LanguageModel model, IDataView data) =>
        _ml.LanguageModels().Scores(_ml.LanguageModels().Score(model).Fit(data).Transform(data));

    private double Nats(LanguageModel model, IDataView data) => LanguageModelMetrics.From(Scores(model, data)).NegativeLogLikelihood;

    // The property is computed once; this reads the weights as they are now.
    private static string ModelFingerprintOf(LanguageModel model) =>
        new LanguageModel(model.Module.ShareWeights(), model.Tokenizer, model.Special).Fingerprint;
}
