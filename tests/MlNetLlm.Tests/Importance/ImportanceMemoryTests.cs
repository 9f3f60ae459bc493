using Microsoft.ML;
using MlNetLlm.Ablation;
using MlNetLlm.Communities;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pruning;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Importance;

/// <summary>What is measured on a model leaves no tensor behind but its result.</summary>
public sealed class ImportanceMemoryTests
{
    private readonly MLContext _ml = new(1);
    private readonly IDataView _rows = ImportanceToys.View(ImportanceToys.Rows(8));
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [TestCase(ImportanceScore.Taylor, TaylorForm.First, 1)]
    [TestCase(ImportanceScore.Taylor, TaylorForm.Mixed, 1)]
    [TestCase(ImportanceScore.MeanAblation, TaylorForm.First, 100)]
    [TestCase(ImportanceScore.Retention, TaylorForm.Mixed, 2)]
    [TestCase(ImportanceScore.PrunedAccuracy, TaylorForm.First, 4)]
    public void Importance(ImportanceScore score, TaylorForm form, int models) => RequireFlat(models, () =>
        _ml.LanguageModels().ModuleImportance(_model, new ImportanceOptions
        {
            Score = score, Form = form, RowsPerDataSet = 4, EvaluationRows = 4,
            Granularity = score == ImportanceScore.Retention ? ModuleGranularity.Units : ModuleGranularity.Matrices,
        }).Fit(_rows));

    [TestCase(PruneScheme.Block)]
    [TestCase(PruneScheme.Channel)]
    public void Pruning(PruneScheme scheme) => RequireFlat(models: 2, () =>
        _ml.LanguageModels().Prune(_model, new PruneOptions { Scheme = scheme, Ratio = 0.5 }).Fit(_rows).Model.Dispose());

    [Test]
    public void Ablation()
    {
        string[] modules = ["layers.0.attention.head.0", "layers.1.mlp.channels.2", "layers.1.attention.query"];
        RequireFlat(models: 2, () =>
            _ml.LanguageModels().Ablate(_model, new AblateOptions { Modules = modules }).Fit(_rows).Model.Dispose());
    }

    /// <summary>Some versions of TorchSharp go on counting the tensor that a parameter was made of: those are allowed.</summary>
    private void RequireFlat(int models, Action run)
    {
        var allowed = 2 * models * Left(() => _model.Module.CopyWeights().Dispose());        // ablated models have biases too
        Assert.That(Left(run), Is.AtMost(allowed));
    }

    private static long Left(Action run)
    {
        run();
        var before = LiveTensors.OnThread;
        run();
        return LiveTensors.OnThread - before;
    }
}
