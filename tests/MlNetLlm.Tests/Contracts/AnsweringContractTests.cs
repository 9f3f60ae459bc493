using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Tests.SelfAdaptation;
using MlNetLlm.Tests.Svf;

namespace MlNetLlm.Tests.Contracts;

/// <summary>The laws of the steps that answer with experts, whoever chooses them.</summary>
[TestFixture("prompt", "Text"), TestFixture("classification-expert", "Text"), TestFixture("fixed-mix", "Text")]
[TestFixture("few-shot", "Answer"), TestFixture("few-shot-per-matrix", "Text"), TestFixture("few-shot-choices", "Continuations")]
public sealed class AnsweringContractTests(string step, string column)
{
    private static readonly string[] _seconds = [AdaptationColumns.FirstPassSeconds, AdaptationColumns.SecondPassSeconds];

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;
    private SvfExpertLibrary _library = null!;

    [OneTimeSetUp]
    public void MakeModel()
    {
        _model = AdaptationToys.Model();
        _library = ExpertToys.Library(_model);
    }

    [OneTimeTearDown]
    public void FreeModel()
    {
        _library.Dispose();
        _model.Dispose();
    }

    [Test]
    public void GetOutputSchema_PromisesWhatTransformDelivers()
    {
        var data = AdaptationToys.View(_ml, AdaptationToys.Questions.Take(9));
        var promised = Estimator().GetOutputSchema(SchemaShapes.Of(data.Schema)).Select(Words);
        Assert.That(promised, Is.EquivalentTo(SchemaShapes.Of(Estimator().Fit(data).Transform(data).Schema).Select(Words)));

        static string Words(SchemaShape.Column c) => $"{c.Name}: {c.Kind} {c.ItemType} key {c.IsKey}";
    }

    [Test]
    public void Save_ThenLoad_GivesTheSame()
    {
        var data = AdaptationToys.View(_ml, AdaptationToys.Questions.Take(9));
        var fitted = Estimator().Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(fitted, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(1).Model.Load(file, out _).Transform(data);
        Assert.That(Schema(loaded), Is.EqualTo(Schema(fitted.Transform(data))));
        Assert.That(Told(loaded), Is.EqualTo(Told(fitted.Transform(data))));
        Assert.That(loaded.GetColumn<double>(AdaptationColumns.SecondPassSeconds), Is.All.GreaterThan(0));
    }

    [Test]
    public void Fit_WithTheSameSeedTwice_GivesTheSame()
    {
        var data = AdaptationToys.View(_ml, AdaptationToys.Questions.Take(9));
        Assert.That(Told(Estimator().Fit(data).Transform(data)), Is.EqualTo(Told(Estimator().Fit(data).Transform(data))));
    }

    [Test]
    public void FitAndTransform_LeaveTheBaseModelAsItIs()
    {
        var data = AdaptationToys.View(_ml, AdaptationToys.Questions.Take(9));
        var before = ModelFingerprint.Of(_model.Module);
        _ = Told(Estimator().Fit(data).Transform(data));
        Assert.That(ModelFingerprint.Of(_model.Module), Is.EqualTo(before));
    }

    [Test]
    public void Fit_WithoutAColumn_NamesIt()
    {
        var whole = AdaptationToys.View(_ml, AdaptationToys.Questions.Take(9));
        var data = _ml.Transforms.DropColumns(column).Fit(whole).Transform(whole);
        Assert.That(
            Assert.Throws<ArgumentException>(() => Estimator().Fit(data))!.Message, Does.Contain($"Column '{column}' is missing"));
        Assert.That(
            Assert.Throws<ArgumentException>(() => Estimator().GetOutputSchema(SchemaShapes.Of(data.Schema)))!.Message,
            Does.Contain($"Column '{column}' is missing"));
    }

    private IEstimator<SelfAdaptingTransformer> Estimator()
    {
        var search = new FewShotMixOptions
        {
            CrossEntropy = new CrossEntropyOptions { Population = 6, Elites = 2, Generations = 2 }, Shots = 6,
            PerMatrix = step == "few-shot-per-matrix",
            Scoring = step == "few-shot-choices" ? FewShotScoring.Choices : FewShotScoring.Generation,
        };
        return step switch
        {
            "prompt" => _ml.LanguageModels().SelfAdapt(_library, AdaptationToys.Options(_model)),
            "classification-expert" =>
                _ml.LanguageModels().SelfAdapt(_library, AdaptationToys.Options(_model, AdaptationStrategy.ClassificationExpert)),
            "fixed-mix" => _ml.LanguageModels().SelfAdapt(_library, AdaptationToys.Options(_model, AdaptationStrategy.FewShot)),
            _ => _ml.LanguageModels().FewShotMix(
                _library, new AdaptationToys.HasLetter(), search, new SelfAdaptationOptions { MaxTokens = 4 }),
        };
    }

    private IReadOnlyList<string> Told(IDataView view) =>
        ColumnText.Of(_ml.Transforms.DropColumns(_seconds).Fit(view).Transform(view));

    private static IEnumerable<string> Schema(IDataView view) =>
        view.Schema.Where(c => !c.IsHidden).Select(c => $"{c.Name}: {c.Type}").Order();
}
