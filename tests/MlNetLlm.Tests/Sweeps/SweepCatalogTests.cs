using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.Transforms;
using MlNetLlm.Adapters;
using MlNetLlm.CommunityTuning;
using MlNetLlm.ConceptMixing;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.Lora;
using MlNetLlm.Svf;
using MlNetLlm.Sweeps;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tests.ConceptMixing;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.TaskAdaptation;

namespace MlNetLlm.Tests.Sweeps;

public sealed class SweepCatalogTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly SvfOptions Quick = new() { MaxSteps = 3, BatchSize = 4, SequenceLength = 12, LearningRate = 0.02 };

    private static AutoMLExperiment Experiment(SweepablePipeline pipeline, IMonitor monitor, int trials) =>
        Ml.Auto().CreateExperiment(new AutoMLExperiment.AutoMLExperimentSettings { Seed = 1 }).SetPipeline(pipeline)
            .SetDataset(Toy.Rows(Ml, 12), Toy.Rows(Ml, 6, seed: 2)).SetLanguageModelMetric()
            .SetMonitor(monitor).SetMaxModelToExplore(trials);

    [Test]
    public void Run_OfFineTuneSvf_StartsAtTheOptionsAndReturnsATunedModel()
    {
        using var model = Toy.Model();
        var heard = new Trials();
        var best = Experiment(Ml.Sweeps().FineTuneSvf(model, Quick).Append(Ml.LanguageModels().Score()), heard, trials: 3).Run();

        var first = heard.Completed[0].TrialSettings.Parameter["_pipeline_"]["0"];
        Assert.That(OptionSpace.Apply(Quick, first), Is.EqualTo(Quick));
        Assert.That(heard.Completed, Has.Count.EqualTo(3));
        Assert.That(best.Loss, Is.EqualTo(heard.Completed.Min(trial => trial.Loss)));
        var tuned = Ml.LanguageModels().Evaluate(best.Model.Transform(Toy.Rows(Ml, 6, seed: 2)));
        Assert.That(tuned.NegativeLogLikelihood, Is.EqualTo(best.Metric).Within(1e-9));
    }

    [Test]
    public void Run_OfFineTuneCommunity_StartsAtTheOptionsAndKeepsTheCommunity()
    {
        using var model = Toy.Model();
        var options = new CommunityTuningOptions
        {
            Community = ["layers.0.mlp.up"], MaxSteps = 2, BatchSize = 4, SequenceLength = 12, LearningRate = 0.01,
        };
        var heard = new Trials();
        var best = Experiment(Ml.Sweeps().FineTuneCommunity(model, options).Append(Ml.LanguageModels().Score()), heard, trials: 2).Run();
        var first = OptionSpace.Apply(options, heard.Completed[0].TrialSettings.Parameter["_pipeline_"]["0"]);
        Assert.That(first.Community, Is.EqualTo(options.Community));
        Assert.That(first with { Community = options.Community, WrongCommunity = options.WrongCommunity }, Is.EqualTo(options));
        Assert.That(best.Loss, Is.EqualTo(heard.Completed.Min(trial => trial.Loss)));
    }

    /// <summary>Every trial learns the labels of the rows that the experiment trains on.</summary>
    [Test]
    public void Run_OfPretrainWithConcepts_StartsAtTheOptionsAndReturnsAConceptModel()
    {
        using var teacher = Toy.Model();
        var labels = ConceptToy.TokenLabels(teacher, Toy.Rows(Ml, 12));
        var options = new ConceptPretrainOptions
        {
            Layer = 1, TopConcepts = 4, LabelsPerToken = 2, MaxSteps = 2, BatchSize = 4, SequenceLength = 12, LearningRate = 0.01,
        };
        var heard = new Trials();
        var sweep = Ml.Sweeps().PretrainWithConcepts(teacher.Config, teacher.Tokenizer, teacher.Special, labels, options: options with
        {
            Concepts = 70,                                                         // room for every K of the search
        });
        var best = Experiment(sweep.Append(Ml.LanguageModels().Score()), heard, trials: 3).Run();
        var first = OptionSpace.Apply(options, heard.Completed[0].TrialSettings.Parameter["_pipeline_"]["0"]);
        Assert.That(first, Is.EqualTo(options));
        Assert.That(heard.Completed, Has.Count.EqualTo(3));
        Assert.That(best.Loss, Is.EqualTo(heard.Completed.Min(trial => trial.Loss)));
    }

    [Test]
    public void Run_OfRelearnEmbeddings_StartsAtTheOptionsAndReturnsALearnedModel()
    {
        using var model = Toy.Model();
        var options = new RelearnEmbeddingsOptions { MaxSteps = 2, BatchSize = 4, SequenceLength = 12, LearningRate = 0.02 };
        var heard = new Trials();
        var sweep = Ml.Sweeps().RelearnEmbeddings(model, model.Tokenizer, model.Special, options);
        var best = Experiment(sweep.Append(Ml.LanguageModels().Score()), heard, trials: 2).Run();
        Assert.That(OptionSpace.Apply(options, heard.Completed[0].TrialSettings.Parameter["_pipeline_"]["0"]).LearningRate, Is.EqualTo(0.02));
        Assert.That(best.Loss, Is.EqualTo(heard.Completed.Min(trial => trial.Loss)));
    }

    /// <summary>A task is measured by ML.NET's own metric of classifiers, in ML.NET's own runner.</summary>
    [Test]
    public void Run_OfAdaptToTask_IsMeasuredAsAClassifier()
    {
        using var model = TaskToys.Model();
        var options = TaskToys.Options(TaskKind.Classification);
        var heard = new Trials();
        var best = Ml.Auto().CreateExperiment(new AutoMLExperiment.AutoMLExperimentSettings { Seed = 1 })
            .SetPipeline(Ml.Transforms.CopyColumns("Copy", "Text").Append(Ml.Sweeps().AdaptToTask(model, options)))
            .SetDataset(Rows(1), Rows(2))
            .SetMulticlassClassificationMetric(MulticlassClassificationMetric.LogLoss, "Label", "PredictedLabel")
            .SetMonitor(heard).SetMaxModelToExplore(2).Run();
        Assert.That(OptionSpace.Apply(options, heard.Completed[0].TrialSettings.Parameter["_pipeline_"]["1"]), Is.EqualTo(options));
        Assert.That(best.Metric, Is.EqualTo(Ml.MulticlassClassification.Evaluate(best.Model.Transform(Rows(2))).LogLoss).Within(1e-9));

        static IDataView Rows(int seed)
        {
            var rows = Ml.Data.LoadFromEnumerable(TaskToys.Rows(TaskKind.Classification, seed: seed));
            return Ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(rows)
                .Transform(rows);
        }
    }

    private static IEnumerable<TestCaseData> Tuners()
    {
        yield return new TestCaseData((AutoMLExperiment e) => e.SetRandomSearchTuner(1)).SetArgDisplayNames("random");
        yield return new TestCaseData((AutoMLExperiment e) => e.SetGridSearchTuner(2)).SetArgDisplayNames("grid");
        yield return new TestCaseData((AutoMLExperiment e) => e.SetCostFrugalTuner()).SetArgDisplayNames("cost-frugal");
        yield return new TestCaseData((AutoMLExperiment e) => e.SetEciCostFrugalTuner()).SetArgDisplayNames("eci");
        yield return new TestCaseData((AutoMLExperiment e) => e.SetSmacTuner()).SetArgDisplayNames("smac");
    }

    [TestCaseSource(nameof(Tuners))]
    public void Run_WithEveryTuner_SweepsTwoMethods(Func<AutoMLExperiment, AutoMLExperiment> setTuner)
    {
        using var model = Toy.Model();
        var lora = new LoraOptions { MaxSteps = 2, BatchSize = 4, SequenceLength = 12, Rank = 2, Modules = ModuleSet.Mlp };
        var heard = new Trials();
        var pipeline = Ml.Transforms.CopyColumns("Copy", "Text")
            .Append(Ml.Sweeps().FineTuneSvf(model, Quick with { MaxSteps = 2 }), Ml.Sweeps().FineTuneLora(model, lora))
            .Append(Ml.LanguageModels().Score());
        setTuner(Experiment(pipeline, heard, trials: 2)).Run();
        Assert.That(heard.Completed.Select(trial => trial.Loss), Has.All.Positive.And.Exactly(2).Items);
    }

    [Test]
    public void Run_OfTrainSvfExpert_SweepsRewardsAndDivergence()
    {
        using var model = Toy.Model();
        var options = new TrainSvfExpertOptions
        {
            MaxSteps = 1, BatchSize = 4, SequenceLength = 12, MaxAnswerTokens = 2, TextColumn = "Text", CompletionColumn = null,
            TruncateLongRows = true,
        };
        var heard = new Trials();
        Experiment(Ml.Sweeps().TrainSvfExpert(model, new ToyReward(), options).Append(Ml.LanguageModels().Score()), heard, trials: 2).Run();
        var points = heard.Completed.Select(trial => OptionSpace.Apply(options, trial.TrialSettings.Parameter["_pipeline_"]["0"])).ToList();
        Assert.That(points[0], Is.EqualTo(options));
        Assert.That(points[1] with { MaxSteps = 9 }, Is.Not.EqualTo(points[0] with { MaxSteps = 9 }));
        Assert.That(OptionSpace.Of(options).Keys, Is.SupersetOf(new[] { "LearningRate", "KlWeight", "RewardWrong", "Temperature" }));
    }

    [Test]
    public void Run_OfATrialThatDiverges_ReportsItAsFailed()
    {
        using var model = Toy.Model();
        var heard = new Trials();
        var full = new FullOptions { MaxSteps = 3, BatchSize = 4, SequenceLength = 12, LearningRate = 1e30, ClipNorm = 0 };
        var experiment = Experiment(Ml.Sweeps().FineTuneFull(model, full).Append(Ml.LanguageModels().Score()), heard, trials: 1);
        Assert.That(() => experiment.RunAsync(), Throws.Exception);
        Assert.That(heard.Failed, Is.EqualTo(1));
    }

    [Test]
    public void Run_WithFolds_SaysThatTwoSetsOfRowsAreNeeded()
    {
        using var model = Toy.Model();
        var experiment = Ml.Auto().CreateExperiment().SetPipeline(Ml.Sweeps().FineTuneSvf(model, Quick).Append(Ml.LanguageModels().Score()))
            .SetDataset(Toy.Rows(Ml, 12), fold: 3).SetLanguageModelMetric().SetMaxModelToExplore(1);
        Assert.That(() => experiment.RunAsync(), Throws.InvalidOperationException.With.Message.Contains("SetDataset(train, validation)"));
    }

    private sealed class Trials : IMonitor
    {
        public List<TrialResult> Completed { get; } = [];

        public int Failed { get; private set; }

        public void ReportRunningTrial(TrialSettings settings)
        {
        }

        public void ReportCompletedTrial(TrialResult result) => Completed.Add(result);

        public void ReportBestTrial(TrialResult result)
        {
        }

        public void ReportFailTrial(TrialSettings settings, Exception? exception = null) => Failed++;
    }
}
