using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tests.ConceptMixing;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tests.LanguageModels;
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
        Concepts("concepts", new ConceptPretrainOptions { Layer = 1, TopConcepts = 4, LabelsPerToken = 2 }),
        Concepts("concepts-added", new ConceptPretrainOptions
        {
            Layer = 0, TopConcepts = 4, LabelsPerToken = 1, Mixing = InsertionMixing.Add, DecayColumns = false, WeightDecay = 0.1,
        }),
        Concepts("concepts-pause-and-distillation", new ConceptPretrainOptions
        {
            Layer = 1, Insert = InsertedElement.Pause, DistillationWeight = 0.1,
        }),
        Concepts("concepts-hidden-states", new ConceptPretrainOptions { Layer = 1, Insert = InsertedElement.HiddenState, StateWeight = 1 }),
    ];

    public override string ToString() => Name;

    private static TextTrainingCase Pretraining(string name, PretrainOptions options) => new(
        name,
        (body, change, stop) => new MLContext(1).LanguageModels().Pretrain(
            body.Config, ResetToys.Tokenizer(), ResetToys.Special, (PretrainOptions)change(Small(options)),
            cancellationToken: stop),
        fitted => ((ModelTransformer<LanguageModel>)fitted).Model);

    // Of the text that the laws train on; another one's labels would be refused, so data that is no text is met before them.
    private static TextTrainingCase Concepts(string name, ConceptPretrainOptions options)
    {
        var config = ToyModels.Gpt2 with { ContextLength = 24 };
        return new(
            name,
            (_, change, stop) =>
            {
                var teacher = new LanguageModel(ToyModels.Create(config, 7), ResetToys.Tokenizer(), ResetToys.Special);
                return new MLContext(1).Concepts().PretrainWithConcepts(
                    config, ResetToys.Tokenizer(), ResetToys.Special, ConceptToy.TokenLabels(teacher, ResetToys.Rows()), teacher,
                    (ConceptPretrainOptions)change(Small(options)), null, stop);
            },
            fitted => ((ModelTransformer<LanguageModel>)fitted).Model);
    }

    private static TrainingOptions Small(TrainingOptions options) => options with { MaxSteps = 8, BatchSize = 4, SequenceLength = 12 };
}
