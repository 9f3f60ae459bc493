using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Trains base models on the mixture.</summary>
internal sealed class BaseModels(MLContext ml, BaseOptions options, EnglishText english, RunContext context)
{
    /// <summary>A base model; another seed gives other weights, another order and other questions.</summary>
    public LanguageModel Train(int seed)
    {
        var tokenizer = TaskVocabulary.Tokenizer();
        var rows = ml.Data.LoadFromEnumerable(Mixture.Rows(options.Mixture, english, seed));
        return ml.LanguageModels().Pretrain(
            MiniatureTraining.Shape(options), tokenizer, tokenizer.Special, MiniatureTraining.Base(options) with { Seed = seed },
            progress: context.Display, cancellationToken: context.Cancellation).Fit(rows).Model;
    }
}
