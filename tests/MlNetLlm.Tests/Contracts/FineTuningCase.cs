using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.CommunityTuning;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Modules;
using MlNetLlm.Reinforcement;
using MlNetLlm.Svf;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Contracts;

/// <summary>One row of the contract table: an estimator that tunes a model, made with options a law may change.</summary>
public sealed record FineTuningCase(
    string Name,
    Func<LanguageModel, Func<TrainingOptions, TrainingOptions>, CancellationToken, IEstimator<ITransformer>> Create,
    Func<ITransformer, LanguageModel> Tuned)
{
    /// <summary>What the method makes smaller on the rows it is trained on; null = nats of loss a token.</summary>
    public Func<LanguageModel, IDataView, double>? Badness { get; private init; }

    /// <summary>Every estimator that tunes a model. A new method adds its rows here.</summary>
    public static IReadOnlyList<FineTuningCase> All { get; } =
    [
        new("svf-bounded-mlp",
            (model, change, stop) =>
                new MLContext(1).LanguageModels()
                .FineTuneSvf(model, (SvfOptions)change(Small(new SvfOptions { LearningRate = 0.05 })), null, stop),
            fitted => ((ModelTransformer<SvfExpert>)fitted).Model),
        new("svf-free-all",
            (model, change, stop) => new MLContext(1).LanguageModels().FineTuneSvf(
                model, (SvfOptions)change(Small(new SvfOptions { LearningRate = 0.02, Variant = SvfVariant.Free, Modules =
                    ModuleSet.All })), null, stop),
            fitted => ((ModelTransformer<SvfExpert>)fitted).Model),
        new("lora",
            (model, change, stop) =>
                new MLContext(1).LanguageModels()
                .FineTuneLora(model, (LoraOptions)change(Small(new LoraOptions { LearningRate = 0.02, Rank = 2 })), null, stop),
            fitted => ((ModelTransformer<LoraAdapter>)fitted).Model),
        new("full",
            (model, change, stop) =>
                new MLContext(1).LanguageModels()
                .FineTuneFull(model, (FullOptions)change(Small(new FullOptions { LearningRate = 0.01 })), null, stop),
            fitted => ((ModelTransformer<LanguageModel>)fitted).Model),
        new("svf-reinforce",
            (model, change, stop) => new MLContext(1).LanguageModels().TrainSvfExpert(
                model, new ToyReward(),
                (TrainSvfExpertOptions)change(Graded(new TrainSvfExpertOptions { LearningRate = 0.1, KlWeight = 0.01 })), null, stop),
            fitted => ((ModelTransformer<SvfExpert>)fitted).Model) { Badness = ToyReward.ShareWrong },
        new("lora-reinforce",
            (model, change, stop) => new MLContext(1).LanguageModels().TrainLoraExpert(
                model, new ToyReward(),
                (TrainLoraExpertOptions)change(Graded(new TrainLoraExpertOptions { LearningRate = 0.02, Rank = 2 })), null, stop),
            fitted => ((ModelTransformer<LoraAdapter>)fitted).Model) { Badness = ToyReward.ShareWrong },
        Community("community", new CommunityTuningOptions
        {
            Community = ["layers.0.attention.value", "layers.0.mlp.up", "layers.1.attention.query", "layers.1.mlp.down"],
        }),
        Community("community-of-units", new CommunityTuningOptions
        {
            Granularity = ModuleGranularity.Units, ChannelGroups = 2,
            Community = ["layers.0.attention.head.1", "layers.0.mlp.channels.0", "layers.1.mlp.channels.0", "layers.1.mlp.channels.1"],
        }),
    ];

    public override string ToString() => Name;

    private static FineTuningCase Community(string name, CommunityTuningOptions options) => new(
        name,
        (model, change, stop) => new MLContext(1).Communities().FineTuneCommunity(
            model, (CommunityTuningOptions)change(Small(options with { LearningRate = 0.03 })), null, stop),
        fitted => ((ModelTransformer<TunedModules>)fitted).Model);

    private static TrainingOptions Small(TrainingOptions options) => options with { MaxSteps = 8, BatchSize = 4, SequenceLength = 12 };

    // The toy's rows are prompts, and its reward needs no reference.
    private static TrainingOptions Graded(ReinforceOptions options) => options with
    {
        MaxSteps = 8, BatchSize = 16, SequenceLength = 12, TruncateLongRows = true, TextColumn = "Text", CompletionColumn = null,
        MaxAnswerTokens = 3, Modules = ModuleSet.All, BatchMeanBaseline = true,
    };
}
