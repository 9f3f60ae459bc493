using Microsoft.ML;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Contracts;

/// <summary>One row of the contract table: an estimator that makes a model of a masked toy language, from nothing or from a body.</summary>
public sealed record TextTrainingCase(
    string Name, Func<LanguageModel, Func<TrainingOptions, TrainingOptions>, CancellationToken, IEstimator<ITransformer>> Create,
    Func<ITransformer, LanguageModel> Made)
{
    /// <summary>Every such estimator. A new one adds its rows here.</summary>
    public static IReadOnlyList<TextTrainingCase> All { get; } =
    [
        Pretraining("pretrain-masked", new PretrainOptions()),
        Pretraining("pretrain-masked-with-resets", new PretrainOptions { Reset = new EmbeddingResetOptions { Interval = 4 } }),
        new("relearn", (body, change, stop) => new MLContext(1).LanguageModels().RelearnEmbeddings(
                body, ResetToys.Tokenizer(), ResetToys.Special,
                (RelearnEmbeddingsOptions)change(Small(new RelearnEmbeddingsOptions())), null, stop),
            fitted => ((ModelTransformer<RelearnedEmbeddings>)fitted).Model),
    ];

    public override string ToString() => Name;

    private static TextTrainingCase Pretraining(string name, PretrainOptions options) => new(
        name,
        (body, change, stop) => new MLContext(1).LanguageModels().Pretrain(
            body.Config, ResetToys.Tokenizer(), ResetToys.Special, (PretrainOptions)change(Small(options)), null, stop),
        fitted => ((ModelTransformer<LanguageModel>)fitted).Model);

    private static TrainingOptions Small(TrainingOptions options) => options with { MaxSteps = 8, BatchSize = 4, SequenceLength = 12 };
}
