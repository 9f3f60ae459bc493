using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Pretraining;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Trains base models on the mixture.</summary>
internal sealed class BaseModels(MLContext ml, BaseOptions options, EnglishText english, RunContext context)
{
    /// <summary>A base model; another seed gives other weights, another order and other questions.</summary>
    public LanguageModel Train(int seed)
    {
        var tokenizer = TaskVocabulary.Tokenizer();
        var config = TransformerConfig.Llama(
            tokenizer.VocabularySize, options.Width, options.Layers, options.Heads, options.ContextLength,
            feedForwardWidth: options.FeedForwardWidth);
        var rows = ml.Data.LoadFromEnumerable(Mixture.Rows(options.Mixture, english, seed));
        return ml.LanguageModels().Pretrain(config, tokenizer, tokenizer.Special, new PretrainOptions
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
            Seed = seed,
        }, context.Display, context.Cancellation).Fit(rows).Model;
    }
}
