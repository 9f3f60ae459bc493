using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Svf;

namespace MlNetLlm.Tests.Contracts;

/// <summary>The laws every step keeps that uses a model.</summary>
[TestFixtureSource(typeof(ModelStepCase), nameof(ModelStepCase.All))]
public sealed class ModelStepContractTests(ModelStepCase step)
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
        var promised = Estimator().GetOutputSchema(SchemaShapes.Of(data.Schema)).Select(Words);
        var delivered = SchemaShapes.Of(Estimator().Fit(data).Transform(data).Schema).Select(Words);
        Assert.That(promised, Is.EquivalentTo(delivered));

        static string Words(SchemaShape.Column c)
        {
            var annotations = c.Annotations.Select(a => $"{a.Name} {a.Kind} {a.ItemType}").Order();
            return $"{c.Name}: {c.Kind} {c.ItemType} key {c.IsKey} [{string.Join(", ", annotations)}]";
        }
    }

    [Test]
    public void Save_ThenLoad_GivesTheSame()
    {
        var data = Rows();
        var fitted = Estimator().Fit(data);
        var loaded = Reloaded(fitted, data.Schema);
        var (expected, actual) = (fitted.Transform(data), loaded.Transform(data));
        Assert.That(Schema(actual), Is.EqualTo(Schema(expected)));
        Assert.That(ColumnText.Of(actual), Is.EqualTo(ColumnText.Of(expected)));
    }

    [Test]
    public void Fit_AfterATrainingStep_UsesItsModel()
    {
        var data = Rows();
        var options = new SvfOptions { MaxSteps = 3, BatchSize = 4, SequenceLength = 12, LearningRate = 0.1 };
        var chain = _ml.LanguageModels().FineTuneSvf(_model, options)
            .Append(step.Create(_ml.LanguageModels(), null)).Fit(data);
        var tuned = chain.OfType<FineTuning.ModelTransformer<SvfExpert>>().Single().Model;
        var expected = step.Create(_ml.LanguageModels(), tuned).Fit(data).Transform(data);
        var actual = ColumnText.Of(chain.Transform(data), except: "LanguageModel");
        Assert.That(actual, Is.EqualTo(ColumnText.Of(expected)));
        Assert.That(actual, Is.Not.EqualTo(ColumnText.Of(Estimator().Fit(data).Transform(data))));
    }

    [Test]
    public void Fit_WithoutAModelBeforeIt_SaysWhereToPutIt()
    {
        var error = Assert.Throws<InvalidOperationException>(() => step.Create(_ml.LanguageModels(), null).Fit(Rows()));
        Assert.That(error!.Message, Does.Contain("No step before this one"));
    }

    [Test]
    public void Fit_WithoutAColumn_NamesIt()
    {
        var data = _ml.Transforms.DropColumns(step.Missing).Fit(Rows()).Transform(Rows());
        Assert.That(
            Assert.Throws<ArgumentException>(() => Estimator().Fit(data))!.Message,
            Does.Contain($"Column '{step.Missing}' is missing"));
        Assert.That(
            Assert.Throws<ArgumentException>(() => Estimator().GetOutputSchema(SchemaShapes.Of(data.Schema)))!.Message,
            Does.Contain($"Column '{step.Missing}' is missing"));
    }

    private static readonly string[] _texts = ["abab ", "cd", "hgfe abc", "bb"];

    private IEstimator<ITransformer> Estimator() => step.Create(_ml.LanguageModels(), _model);

    private IDataView Rows() => StepRow.View(_ml, _texts);

    private ITransformer Reloaded(ITransformer fitted, DataViewSchema schema)
    {
        using var file = new MemoryStream();
        _ml.Model.Save(fitted, schema, file);
        file.Position = 0;
        return new MLContext(1).Model.Load(file, out _);
    }

    private static IEnumerable<string> Schema(IDataView view) =>
        view.Schema.Where(c => !c.IsHidden).Select(c => $"{c.Name}: {c.Type}").Order();
}
