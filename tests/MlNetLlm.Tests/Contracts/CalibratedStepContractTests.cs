using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Tests.Importance;

namespace MlNetLlm.Tests.Contracts;

/// <summary>The laws every estimator keeps that changes a model by what it measures on labelled questions.</summary>
[TestFixtureSource(typeof(CalibratedStepCase), nameof(CalibratedStepCase.All))]
public sealed class CalibratedStepContractTests(CalibratedStepCase step)
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
        var data = Rows();
        var promised = Estimator().GetOutputSchema(MlNetLlm.Data.SchemaShapes.Of(data.Schema)).Select(c => c.Name);
        Assert.That(promised, Is.EquivalentTo(Estimator().Fit(data).Transform(data).Schema.Select(c => c.Name)));
    }

    [Test]
    public void Fit_ChangesACopy_TheSameEveryTime()
    {
        var before = Fingerprint(_model);
        var first = Fit(Rows());
        Assert.That(first.Fingerprint, Is.Not.EqualTo(before));
        Assert.That(Fit(Rows()).Fingerprint, Is.EqualTo(first.Fingerprint));
        Assert.That(Fingerprint(_model), Is.EqualTo(before));
    }

    [Test]
    public void Save_ThenLoad_AnswersTheSame()
    {
        var data = Rows();
        var chain = Estimator().Append(_ml.LanguageModels().ScoreChoices()).Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(chain, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(1).Model.Load(file, out _);
        var (expected, actual) = (Likelihoods(chain.Transform(data)), Likelihoods(loaded.Transform(data)));
        Assert.That(actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-4));
        var own = _ml.LanguageModels().ScoreChoices(_model).Fit(data).Transform(data);
        Assert.That(Likelihoods(own).Zip(expected, (a, b) => Math.Abs(a - b)).Max(), Is.GreaterThan(1e-3));
    }

    [Test]
    public void Save_ThenLoad_PassesRowsWithoutTheCalibrationColumns() => SavedStep.PassesOtherRows(_ml, Estimator().Fit(Rows()));

    [Test]
    public void Fit_WithoutAColumn_NamesItAndWhatThereIs()
    {
        var data = _ml.Data.LoadFromEnumerable([new { Body = "ab" }]);
        Assert.That(() => Estimator().Fit(data),
            Throws.ArgumentException.With.Message.Contains("Column 'Prompt' is missing").And.Message.Contains("'Body'"));
        Assert.That(() => Estimator().GetOutputSchema(MlNetLlm.Data.SchemaShapes.Of(data.Schema)),
            Throws.ArgumentException.With.Message.Contains("Column 'Prompt' is missing"));
    }

    [Test]
    public void Fit_WithoutRows_SaysSo() => Assert.That(
        () => Fit(ImportanceToys.View([])), Throws.TypeOf<InvalidDataException>().With.Message.Contains("The data has no rows"));

    [Test]
    public void Fit_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(() => step.Create(_model, stop.Token).Fit(Rows()), Throws.InstanceOf<OperationCanceledException>());
    }

    private IEstimator<ITransformer> Estimator() => step.Create(_model, CancellationToken.None);

    private LanguageModel Fit(IDataView data)
    {
        var fitted = Estimator().Fit(data);
        return (LanguageModel)fitted.GetType().GetProperty("Model")!.GetValue(fitted)!;
    }

    private static IDataView Rows() => ImportanceToys.View(ImportanceToys.Rows(8));

    private static IEnumerable<float> Likelihoods(IDataView view) =>
        view.GetColumn<float[]>(ChoiceColumns.LogLikelihoods).SelectMany(values => values).ToList();

    // The property is computed once; this reads the weights as they are now.
    private static string Fingerprint(LanguageModel model) =>
        new LanguageModel(model.Module.ShareWeights(), model.Tokenizer, model.Special).Fingerprint;
}
