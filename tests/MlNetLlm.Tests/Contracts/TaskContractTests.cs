using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.TaskAdaptation;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Contracts;

/// <summary>The laws that adapting keeps for every kind of task.</summary>
[TestFixture(TaskKind.Classification, false, false, "Text"), TestFixture(TaskKind.Classification, true, false, "Second")]
[TestFixture(TaskKind.Tagging, false, false, "Start"), TestFixture(TaskKind.MultipleChoice, false, false, "Continuations")]
[TestFixture(TaskKind.Classification, false, true, "Label"), TestFixture(TaskKind.Tagging, false, true, "Text")]
public sealed class TaskContractTests(TaskKind task, bool pairs, bool causal, string column)
{
    private static readonly string[] _still = ["embeddings.token.weight", "head."];

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = TaskToys.Model(causal);

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void GetOutputSchema_PromisesWhatTransformDelivers()
    {
        var data = Rows();
        var promised = Estimator().GetOutputSchema(SchemaShapes.Of(data.Schema)).Select(Words);
        var delivered = SchemaShapes.Of(Estimator().Fit(data).Transform(data).Schema).Select(Words);
        Assert.That(promised, Is.EquivalentTo(delivered));

        static string Words(SchemaShape.Column c) => $"{c.Name}: {c.Kind} {c.ItemType} key {c.IsKey}";
    }

    [Test]
    public void Fit_LearnsTheTask_AsMlNetMeasuresIt()
    {
        var fitted = Estimator(o => o with { MaxSteps = 100, LearningRate = 0.02 }).Fit(Rows(60));
        var metrics = _ml.MulticlassClassification.Evaluate(fitted.Transform(Rows(60)));
        Assert.That(metrics.MicroAccuracy, Is.GreaterThan(0.75), "of two classes, on the training rows");
    }

    [Test]
    public void Fit_LeavesEmbeddingsAndHeadAsTheyAreToTheLastBit()
    {
        using var before = _model.Module.CopyWeights();
        var fitted = Estimator().Fit(Rows());
        Assert.That(ResetToys.Differences(before, _model.Module), Is.Empty, "the model given");
        var changed = ResetToys.Differences(before, fitted.Model.Module).ToList();
        Assert.That(changed.Where(name => _still.Any(name.StartsWith)), Is.Empty);
        Assert.That(changed, Has.Count.GreaterThan(5), "the body was trained");
    }

    [Test]
    public void Fit_WithTheSameSeedTwice_GivesTheSameScores()
    {
        var first = Scores(Estimator().Fit(Rows()));
        Assert.That(Scores(Estimator().Fit(Rows())), Is.EqualTo(first));
        Assert.That(Scores(Estimator(o => o with { Seed = 2 }).Fit(Rows())), Is.Not.EqualTo(first));
    }

    [Test]
    public void Save_ThenLoad_ScoresTheSame()
    {
        using var folder = new TemporaryFolder();
        var data = Rows();
        var fitted = Estimator().Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(fitted, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(1).Model.Load(file, out _).Transform(data);
        Assert.That(ColumnText.Of(loaded), Is.EqualTo(ColumnText.Of(fitted.Transform(data))));

        fitted.Save(folder["task"]);
        using var again = TaskTransformer.Load(folder["task"]);
        Assert.That(Scores(again), Is.EqualTo(Scores(fitted)));
        Assert.That((again.Options.Task, again.Names), Is.EqualTo((task, TaskToys.Classes)));
    }

    [Test]
    public void Fit_StoppedAndResumed_EndsWithTheSameBits()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        AdaptToTaskOptions Kept(AdaptToTaskOptions o) => o with { CheckpointFolder = folder["run"], Resume = true };
        var stopping = new AdaptToTaskEstimator(_model, Kept(Options()), new StopAt(5, stop), stop.Token);
        Assert.Throws<OperationCanceledException>(() => stopping.Fit(Rows()));
        Assert.That(Scores(Estimator(Kept).Fit(Rows())), Is.EqualTo(Scores(Estimator().Fit(Rows()))));
    }

    [Test]
    public void Fit_WithValidation_KeepsTheBestStep()
    {
        var fitted = Estimator(o => o with { EvaluateEvery = 2, KeepBest = true }).Fit(Rows(), Rows(10));
        Assert.That(fitted.Training!.BestValidationLoss, Is.LessThanOrEqualTo(fitted.Training.ValidationLoss!));
    }

    [Test]
    public void Fit_WithoutAColumn_NamesIt()
    {
        var data = _ml.Transforms.DropColumns(column).Fit(Rows()).Transform(Rows());
        Assert.That(
            Assert.Throws<ArgumentException>(() => Estimator().Fit(data))!.Message, Does.Contain($"Column '{column}' is missing"));
    }

    [Test]
    public void Fit_WithALabelThatIsNoKey_SaysSo()
    {
        var data = _ml.Data.LoadFromEnumerable(TaskToys.Rows(task, pairs).ToList());
        Assert.That(
            Assert.Throws<ArgumentException>(() => Estimator().Fit(data))!.Message,
            Does.Contain("'Label'").And.Contain("a key of 2 or more values"));
    }

    [Test]
    public void Fit_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => new AdaptToTaskEstimator(_model, Options(), null, stop.Token).Fit(Rows()));
    }

    [Test]
    public void Fit_WhenTheLossIsNoNumber_StopsAndSaysWhere()
    {
        using var broken = TaskToys.Model(causal);
        broken.Module.TokenEmbedding.fill_(double.NaN);
        var error = Assert.Throws<TrainingDivergedException>(() => new AdaptToTaskEstimator(broken, Options()).Fit(Rows()));
        Assert.That(error!.Step, Is.EqualTo(1));
    }

    private AdaptToTaskOptions Options() => TaskToys.Options(task, pairs ? "Second" : null);

    private AdaptToTaskEstimator Estimator(Func<AdaptToTaskOptions, AdaptToTaskOptions>? change = null) =>
        _ml.LanguageModels().AdaptToTask(_model, (change ?? (o => o))(Options()));

    private IDataView Rows(int count = 20) => TaskToys.View(_ml, TaskToys.Rows(task, pairs, count));

    private float[][] Scores(TaskTransformer transformer) => [.. transformer.Transform(Rows()).GetColumn<float[]>("Score")];

    private sealed class StopAt(int step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) source.Cancel();
        }
    }
}
