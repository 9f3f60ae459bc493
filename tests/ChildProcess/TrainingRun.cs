using Microsoft.ML;
using MlNetLlm;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.Lora;
using MlNetLlm.Pretraining;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;
using MlNetLlm.Svf;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Training;
using TorchSharp;

/// <summary>A short training run with a checkpoint at every step, which prints each step and at last the tuned model's
/// fingerprint.</summary>
internal static class TrainingRun
{
    private sealed class Step : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => Console.WriteLine($"step {value.Step}");
    }

    public static int Start(string method, string folder)
    {
        Console.WriteLine($"fingerprint {Fit(method, options => Often(options, folder), new Step())}");
        return 0;
    }

    /// <summary>A run without checkpoints that prints live tensors and resident bytes after an early and after its last step.</summary>
    public static int Watch(string method, int early, int late)
    {
        Fit(method, options => Small(options) with { MaxSteps = late }, new Memory(early, late));
        return 0;
    }

    private sealed class Memory(int early, int late) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step != early && value.Step != late) return;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);      // gives unused heap back
            Console.WriteLine($"{DisposeScopeManager.Statistics.ThreadTotalLiveCount} {Environment.WorkingSet}");
        }
    }

    private static string Fit(string method, Func<TrainingOptions, TrainingOptions> change, IProgress<TrainingProgress> progress)
    {
        torch.set_num_threads(1);
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(i =>
            new Line { Text = i % 3 == 0 ? "abab cd " : "efgh ab cd " }));
        using var model = SaveLoop.Model(1);
        var catalog = ml.LanguageModels();
        return method switch
        {
            "svf" => Tuned(catalog.FineTuneSvf(model, (SvfOptions)change(new SvfOptions { LearningRate = 0.05 }), progress)),
            "lora" => Tuned(catalog.FineTuneLora(model, (LoraOptions)change(new LoraOptions { Dropout = 0.2 }), progress)),
            "full" => Tuned(catalog.FineTuneFull(model, (FullOptions)change(new FullOptions()), progress)),
            "pretrain" => Tuned(catalog.Pretrain(
                model.Config, model.Tokenizer, model.Special, (PretrainOptions)change(new PretrainOptions()), progress: progress)),
            "reset" => Tuned(catalog.Pretrain(
                model.Config, model.Tokenizer, model.Special,
                (PretrainOptions)change(new PretrainOptions { Reset = new EmbeddingResetOptions { Interval = 8, AllowDrift = true } }),
                progress: progress)),
            "relearn" => Tuned(catalog.RelearnEmbeddings(
                model, model.Tokenizer, model.Special, (RelearnEmbeddingsOptions)change(new RelearnEmbeddingsOptions()), progress)),
            "svf-reinforce" => Tuned(catalog.TrainSvfExpert(
                model, new WordReward(),
                (TrainSvfExpertOptions)change(Prompts(new TrainSvfExpertOptions { LearningRate = 0.05, BatchMeanBaseline = true })),
                progress)),
            "lora-reinforce" => Tuned(catalog.TrainLoraExpert(
                model, new WordReward(),
                (TrainLoraExpertOptions)change(Prompts(new TrainLoraExpertOptions { KlWeight = 0.1, Dropout = 0.2 })), progress)),
            "task" => catalog.AdaptToTask(model, (AdaptToTaskOptions)change(new AdaptToTaskOptions()), progress)
                .Fit(ml.Transforms.Conversion.MapValueToKey("Label", "Text").Fit(data).Transform(data)).Model.Fingerprint,
            "sae" => ConceptRuns.Sparse(ml, model, data, change(new FullOptions()), progress),
            "concepts" => ConceptRuns.Pretrain(ml, model, data, change(new FullOptions()), progress),
            _ => throw new ArgumentException($"Unknown method '{method}'."),
        };

        string Tuned<TLearned>(IEstimator<ModelTransformer<TLearned>> estimator)
            where TLearned : class => estimator.Fit(data).Model.Fingerprint;
    }

    // Answers that begin with the letter a are right; the lines are prompts.
    private sealed record WordReward : IReward
    {
        public bool IsRight(string prompt, string answer, string reference) => answer.StartsWith('a');
    }

    private static TOptions Prompts<TOptions>(TOptions options)
        where TOptions : ReinforceOptions => options with
    {
        TextColumn = "Text", CompletionColumn = null, MaxAnswerTokens = 2, TruncateLongRows = true,
    };

    private static TrainingOptions Small(TrainingOptions options) => options with { BatchSize = 4, SequenceLength = 16, MaxTokens = 0 };

    private static TrainingOptions Often(TrainingOptions options, string folder) => Small(options) with
    {
        MaxSteps = 40, GradientAccumulation = 2, CheckpointFolder = folder, CheckpointEvery = 1, Resume = true,
    };
}
