using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Pretraining;
using MlNetLlm.Reinforcement;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>The library's options of everything that the miniature trains. Seeds are set by who trains.</summary>
internal static class MiniatureTraining
{
    /// <summary>A base model's shape.</summary>
    public static TransformerConfig Shape(BaseOptions options) => TransformerConfig.Llama(
        TaskVocabulary.Tokenizer().VocabularySize, options.Width, options.Layers, options.Heads, options.ContextLength,
        feedForwardWidth: options.FeedForwardWidth);

    /// <summary>A base model's first training.</summary>
    public static PretrainOptions Base(BaseOptions options) => new()
    {
        TextColumn = nameof(MixtureRow.Prompt),
        CompletionColumn = nameof(MixtureRow.Completion),
        MaxSteps = options.Steps,
        BatchSize = options.BatchSize,
        SequenceLength = options.ContextLength,
        LearningRate = options.LearningRate,
        WarmupSteps = options.Steps / 40,
        WeightDecay = 0.01,
        InitialDeviation = 0.5 / Math.Sqrt(options.Width),
    };

    /// <summary>An arm that learns from rewards.</summary>
    public static TOptions Rewarded<TOptions>(MiniatureOptions options, TOptions method, ArmSpec spec)
        where TOptions : ReinforceOptions
    {
        var rl = options.Reinforcement;
        return method with
        {
            LearningRate = spec.Rate,
            Modules = spec.Modules,
            Layers = spec.Layers,
            BatchSize = Math.Min(rl.BatchSize, spec.Questions),
            MaxSteps = rl.Iterations,
            ClipNorm = rl.ClipNorm,
            KlWeight = spec.KlWeight > 0 ? spec.KlWeight : rl.KlWeight,
            RewardWrong = spec.RewardWrong ?? rl.RewardWrong,
            Temperature = spec.Temperature ?? rl.Temperature,
            BatchMeanBaseline = rl.BatchMeanBaseline,
            MaxAnswerTokens = Lab.AnswerTokens(spec.Task),
            SequenceLength = options.Base.ContextLength,
            MeasureKl = spec.Method == ArmMethod.LoraReinforce,
            EvaluateEvery = rl.EvaluateEvery,
            KeepBest = spec.KeepBest,
        };
    }

    /// <summary>An arm that learns from written answers.</summary>
    public static TOptions Written<TOptions>(MiniatureOptions options, TOptions method, ArmSpec spec)
        where TOptions : AdapterOptions => method with
        {
            LearningRate = spec.Rate,
            TextColumn = nameof(TaskRow.Prompt),
            CompletionColumn = spec.Terse ? nameof(TaskRow.Terse) : nameof(TaskRow.Worked),
            Modules = spec.Modules,
            Layers = spec.Layers,
            BatchSize = Math.Min(options.Reinforcement.BatchSize, spec.Questions),
            MaxSteps = options.NextToken.Steps,
            SequenceLength = options.Base.ContextLength,
            EvaluateEvery = options.Reinforcement.EvaluateEvery,
            KeepBest = spec.KeepBest,
        };
}
