using Microsoft.ML;
using Microsoft.ML.AutoML;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Sweeps;

/// <summary>Which trials' models stay in memory: AutoML's best, and what its monitor may still look at.</summary>
public sealed class TrialModelsTests
{
    private static readonly MLContext _ml = new(seed: 1);
    private static readonly FullOptions _quick = new() { MaxSteps = 2, BatchSize = 4, SequenceLength = 12, LearningRate = 1e-3 };

    // Losses of the trials in order; which of their models are freed when one more begins.
    [TestCase(new double[0], new int[0])]
    [TestCase(new[] { 5.0 }, new int[0])]
    [TestCase(new[] { 5.0, 4, 6 }, new[] { 0, 2 })]
    [TestCase(new[] { 5.0, 5, 3, 4, 3 }, new[] { 1, 0, 3, 4 })]
    public void Begin_FreesWhatWasBeaten(double[] losses, int[] freed)
    {
        var (models, gone) = (new TrialModels(), new List<int>());
        for (var trial = 0; trial < losses.Length; trial++)
        {
            models.Begin(trial);
            models.End(new Model(trial, gone), losses[trial]);
        }
        models.Begin(losses.Length);
        models.Begin(losses.Length + 1);   // one that failed came between
        Assert.That(gone, Is.EqualTo(freed));
    }

    [Test]
    public void Begin_OfAnotherRun_LeavesTheBestToWhoGotIt()
    {
        var (models, gone) = (new TrialModels(), new List<int>());
        for (var run = 0; run < 2; run++)
            for (var trial = 0; trial < 2; trial++)
            {
                models.Begin(trial);
                models.End(new Model(10 * run + trial, gone), 9 - trial - run);
            }
        models.Begin(2);
        Assert.That(gone, Is.EqualTo(new[] { 10 }), "0 was beaten by the last of its run, and 1 is that run's best");
    }

    [Test]
    public void Run_KeepsTheBestModelAndFreesTheBeatenOnes()
    {
        using var model = Toy.Model();
        var heard = new Monitor();
        var best = Experiment(Training(model), _ml.LanguageModels().Score()).SetMonitor(heard).SetMaxModelToExplore(5).Run();
        Assert.That(heard.Completed, Has.Count.EqualTo(5));
        Assert.That(heard.Usable, Is.All.True, "when the monitor heard of them");
        Assert.That(Module(best.Model), Throws.Nothing);
        var last = heard.Completed[^1];
        foreach (var trial in heard.Completed.SkipLast(1).Where(trial => trial != best))
            Assert.That(
                IsUsable(trial.Model), Is.EqualTo(last == best && trial == heard.Completed.SkipLast(1).MinBy(other => other.Loss)),
                $"trial {trial.TrialSettings.TrialId}");
    }

    [Test]
    public void Run_OfATrialThatCannotBeScored_FreesItsModel()
    {
        using var model = Toy.Model();
        var made = new List<ITransformer>();
        var scoring = _ml.Transforms.CustomMapping<Toy.Row, Toy.Row>(
            (_, _) => throw new InvalidOperationException("unreadable"), contractName: null).Append(_ml.LanguageModels().Score());
        Assert.That(() => Experiment(Training(model, made), scoring).SetMaxModelToExplore(1).Run(), Throws.Exception);
        Assert.That(made.Select(IsUsable), Is.EqualTo(new[] { false }));
    }

    private static SweepableEstimator Training(LanguageModel model, List<ITransformer>? made = null) => _ml.Sweeps().Of<FullOptions>(
        options => new Kept(new FullEstimator(model, options with { MaxSteps = 2 }), made ?? []), _quick);

    private static AutoMLExperiment Experiment(SweepableEstimator training, IEstimator<ITransformer> scoring) =>
        _ml.Auto().CreateExperiment(new AutoMLExperiment.AutoMLExperimentSettings { Seed = 1 }).SetPipeline(training.Append(scoring))
            .SetDataset(Toy.Rows(_ml, 12), Toy.Rows(_ml, 6, seed: 2)).SetLanguageModelMetric().SetRandomSearchTuner(1);

    private static TestDelegate Module(ITransformer transformer) => () =>
    {
        foreach (var part in transformer as IEnumerable<ITransformer> ?? [transformer])
            _ = (part as ModelTransformer<LanguageModel>)?.Model.Module;
    };

    private static bool IsUsable(ITransformer transformer)
    {
        try
        {
            Module(transformer)();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private sealed class Model(int trial, List<int> gone) : IDisposable
    {
        public void Dispose() => gone.Add(trial);
    }

    private sealed class Kept(IEstimator<ITransformer> inner, List<ITransformer> made) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input)
        {
            made.Add(inner.Fit(input));
            return made[^1];
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inner.GetOutputSchema(inputSchema);
    }

    private sealed class Monitor : IMonitor
    {
        public List<TrialResult> Completed { get; } = [];

        public List<bool> Usable { get; } = [];

        public void ReportRunningTrial(TrialSettings settings)
        {
        }

        public void ReportCompletedTrial(TrialResult result)
        {
            Completed.Add(result);
            Usable.Add(IsUsable(result.Model));
        }

        public void ReportBestTrial(TrialResult result)
        {
        }

        public void ReportFailTrial(TrialSettings settings, Exception? exception = null)
        {
        }
    }
}
