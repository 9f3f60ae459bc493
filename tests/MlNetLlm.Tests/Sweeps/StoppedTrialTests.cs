using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;
using MlNetLlm.CommunityTuning;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Probes;
using MlNetLlm.Svf;
using MlNetLlm.Sweeps;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Importance;
using MlNetLlm.Tests.Probes;
using MlNetLlm.Tests.SparseAutoencoders;
using MlNetLlm.Tests.TaskAdaptation;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Sweeps;

/// <summary>What AutoML's limits and tokens do to a trial at work.</summary>
public sealed class StoppedTrialTests
{
    private const int Steps = 40;
    private const int StepsOfMinutes = 100_000;

    private static readonly MLContext Ml = new(seed: 1);

    private static readonly FullOptions Quick = new() { MaxSteps = Steps, BatchSize = 4, SequenceLength = 12, LearningRate = 1e-3 };

    private static AutoMLExperiment Experiment(SweepableEstimator training, IEstimator<ITransformer>? scoring = null) =>
        Ml.Auto().CreateExperiment(new AutoMLExperiment.AutoMLExperimentSettings { Seed = 1 })
            .SetPipeline(training.Append(scoring ?? Ml.LanguageModels().Score()))
            .SetDataset(Toy.Rows(Ml, 12), Toy.Rows(Ml, 6, seed: 2)).SetLanguageModelMetric().SetRandomSearchTuner(1);

    [Test]
    public async Task RunAsync_Cancelled_StopsTheRunningTrialWithinAStep()
    {
        using var model = Toy.Model();
        using var stop = new CancellationTokenSource();
        var seen = new List<int>();
        var progress = new Immediate(report =>
        {
            seen.Add(report.Step);
            if (seen.Count == Steps + 3) stop.Cancel();   // in the second trial
        });
        var best = await Experiment(Ml.Sweeps().FineTuneFull(model, Quick, progress)).SetMaxModelToExplore(3).RunAsync(stop.Token);
        Assert.That(best.TrialSettings.TrialId, Is.Zero);
        Assert.That(seen, Is.EqualTo(Enumerable.Range(1, Steps).Concat([1, 2, 3])));
    }

    [Test]
    public void Run_WhoseTimeIsOver_StopsTheRunningTrialAndReturnsTheBestSoFar()
    {
        using var model = Toy.Model();
        var (trials, last) = (0, 0);
        var progress = new Immediate(report => last = report.Step);
        var training = Ml.Sweeps().Of<FullOptions>(
            (options, stop) => new FullEstimator(
                model, options with { MaxSteps = trials++ == 0 ? 2 : StepsOfMinutes }, progress, stop), Quick);
        TrialResult best;
        uint seconds = 2;
        do
        {
            trials = 0;
            best = Experiment(training).SetTrainingTimeInSeconds(seconds).Run();
            seconds *= 2;
        }
        while (trials == 1);   // on a busy machine the first trial, which is short, may need all the time
        Assert.That((best.TrialSettings.TrialId, trials), Is.EqualTo((0, 2)));
        Assert.That(last, Is.GreaterThan(0).And.LessThan(StepsOfMinutes));
    }

    [Test]
    public async Task RunAsync_CancelledWhileATrialIsScored_DoesNotWaitForIt()
    {
        using var model = Toy.Model();
        using var stop = new CancellationTokenSource();
        var heard = new Completed();
        var training = Ml.Sweeps().Of<FullOptions>(options => new FullEstimator(model, options with { MaxSteps = 1 }), Quick);
        var scoring = Ml.Transforms.CustomMapping<Toy.Row, Toy.Row>((row, same) =>
        {
            same.Text = row.Text;
            if (heard.Trials.Count == 1) stop.Cancel();
        }, contractName: null).Append(Ml.LanguageModels().Score());
        await Experiment(training, scoring).SetMonitor(heard).SetMaxModelToExplore(3).RunAsync(stop.Token);
        Assert.That(heard.Trials, Is.EqualTo(new[] { 0 }));
    }

    private static IEnumerable<TestCaseData> Methods()
    {
        var text = Toy.Rows(Ml, 12);
        var (features, questions) = (ProbeToy.View(Ml, ProbeToy.Planted(100, 1)), ImportanceToys.View(ImportanceToys.Rows(8)));
        var states = SparseToy.View(Ml, SparseToy.States(100));
        var labelled = Ml.Data.LoadFromEnumerable(TaskToys.Rows(TaskKind.Classification));
        labelled = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(labelled).Transform(labelled);
        var sweeps = Ml.Sweeps();
        yield return Of(nameof(SweepCatalog.FineTuneSvf), text, m => sweeps.FineTuneSvf(m, new SvfOptions { BatchSize = 4, SequenceLength = 12 }));
        yield return Of(nameof(SweepCatalog.FineTuneLora), text, m => sweeps.FineTuneLora(m, new LoraOptions { Rank = 2, BatchSize = 4, SequenceLength = 12 }));
        yield return Of(nameof(SweepCatalog.FineTuneFull), text, m => sweeps.FineTuneFull(m, Quick));
        yield return Of(nameof(SweepCatalog.FineTuneCommunity), text, m => sweeps.FineTuneCommunity(
            m, new CommunityTuningOptions { Community = ["layers.0.mlp.up"], BatchSize = 4, SequenceLength = 12 }));
        yield return Of(nameof(SweepCatalog.TrainSvfExpert), text, m => sweeps.TrainSvfExpert(m, new ToyReward(), new TrainSvfExpertOptions
        {
            BatchSize = 4, SequenceLength = 12, MaxAnswerTokens = 2, TextColumn = "Text", CompletionColumn = null, TruncateLongRows = true,
        }));
        yield return Of(nameof(SweepCatalog.TrainLoraExpert), text, m => sweeps.TrainLoraExpert(m, new ToyReward(), new TrainLoraExpertOptions
        {
            Rank = 2, BatchSize = 4, SequenceLength = 12, MaxAnswerTokens = 2, TextColumn = "Text", CompletionColumn = null, TruncateLongRows = true,
        }));
        yield return Of(nameof(SweepCatalog.Prune), questions, m => sweeps.Prune(m));
        yield return Of(nameof(SweepCatalog.Pretrain), text, m => sweeps.Pretrain(
            m.Config, m.Tokenizer, m.Special, new() { BatchSize = 4, SequenceLength = 12 }));
        yield return Of(nameof(SweepCatalog.PretrainWithConcepts), text, m => sweeps.PretrainWithConcepts(
            m.Config, m.Tokenizer, m.Special, options: new()
            {
                Layer = 1, Insert = InsertedElement.Pause, BatchSize = 4, SequenceLength = 12,
            }));
        yield return Of(nameof(SweepCatalog.RelearnEmbeddings), text, m => sweeps.RelearnEmbeddings(
            m, m.Tokenizer, m.Special, new() { BatchSize = 4, SequenceLength = 12 }));
        yield return Of(nameof(SweepCatalog.AdaptToTask), labelled, m => sweeps.AdaptToTask(m, TaskToys.Options(TaskKind.Classification)));
        yield return Of(nameof(SweepCatalog.LinearProbe), features, _ => sweeps.LinearProbe(new LinearProbeOptions { BatchSize = 64 }));
        yield return Of(nameof(SweepCatalog.MlpProbe), features, _ => sweeps.MlpProbe(new MlpProbeOptions { BatchSize = 64 }));
        yield return Of(nameof(SweepCatalog.SparseAutoencoder), states, _ => sweeps.SparseAutoencoder(SparseToy.Quick));

        TestCaseData Of(string name, IDataView rows, Func<LanguageModel, SweepableEstimator> create) =>
            new TestCaseData(name, rows, create).SetArgDisplayNames(name);
    }

    [Test]
    public void Methods_AreAllThatCanBeStopped() =>
        Assert.That(Methods().Select(method => method.Arguments[0]), Is.EquivalentTo(typeof(SweepCatalog).GetMethods()
            .Where(method => !method.IsGenericMethod && method.GetParameters().Any(p => p.ParameterType == typeof(CancellationToken)))
            .Select(method => method.Name)));

    [TestCaseSource(nameof(Methods))]
    public void Fit_OfAnyMethodInAStoppedTrial_Stops(string name, IDataView rows, Func<LanguageModel, SweepableEstimator> create)
    {
        using var model = Toy.Model();
        using var stop = new CancellationTokenSource();
        var (method, context) = (create(model), new MLContext(1));
        using var trial = TrialStop.Begin(context, stop.Token);
        stop.Cancel();
        var estimator = method.BuildFromOption(context, Parameter.CreateNestedParameter());
        Assert.That(() => estimator.Fit(rows), Throws.InstanceOf<OperationCanceledException>(), name);
    }

    [Test]
    public void Of_InATrial_StopsOnBothTokensAndAfterItOnItsOwn()
    {
        var context = new MLContext(1);
        using var own = new CancellationTokenSource();
        using var first = new CancellationTokenSource();
        using (TrialStop.Begin(context, first.Token))
        {
            var token = TrialStop.Of(context, own.Token);
            Assert.That(TrialStop.Of(new MLContext(1), own.Token), Is.EqualTo(own.Token));
            first.Cancel();
            Assert.That(token.IsCancellationRequested);
        }
        using (TrialStop.Begin(context, CancellationToken.None))
        {
            var token = TrialStop.Of(context, own.Token);
            Assert.That(token.IsCancellationRequested, Is.False);
            own.Cancel();
            Assert.That(token.IsCancellationRequested);
        }
        Assert.That(TrialStop.Of(context, own.Token), Is.EqualTo(own.Token));
    }

    private sealed class Completed : IMonitor
    {
        public List<int> Trials { get; } = [];

        public void ReportRunningTrial(TrialSettings settings)
        {
        }

        public void ReportCompletedTrial(TrialResult result) => Trials.Add(result.TrialSettings.TrialId);

        public void ReportBestTrial(TrialResult result)
        {
        }

        public void ReportFailTrial(TrialSettings settings, Exception? exception = null) =>
            throw new InvalidOperationException($"Trial {settings.TrialId} failed.", exception);
    }

    private sealed class Immediate(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
