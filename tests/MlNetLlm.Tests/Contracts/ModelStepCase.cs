using Microsoft.ML;
using MlNetLlm.Generation;
using MlNetLlm.HiddenStates;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.MultipleChoice;

namespace MlNetLlm.Tests.Contracts;

/// <summary>One row of the contract table: a step that uses a model, given or of an earlier step (null).</summary>
public sealed record ModelStepCase(string Name, Func<LanguageModelCatalog, LanguageModel?, IEstimator<ITransformer>> Create, string Missing)
{
    /// <summary>Every step that uses a model. A new one adds its rows here.</summary>
    public static IReadOnlyList<ModelStepCase> All { get; } =
    [
        new("generate", (ml, model) =>
        {
            var options = new GenerationOptions { MaxTokens = 4, Temperature = 1, StopTexts = ["ha"] };
            return model is null ? ml.Generate(options) : ml.Generate(model, options);
        }, "Text"),
        Hidden("hidden-last", new HiddenStatesOptions()),
        Hidden("hidden-mean-of-layer-1", new HiddenStatesOptions { Layer = 1, Pooling = HiddenStatePooling.Mean, OutputColumn = "Mean" }),
        Hidden("hidden-positions", new HiddenStatesOptions { Pooling = HiddenStatePooling.Positions, Positions = [0, -1, 1] }),
        Hidden("hidden-all", new HiddenStatesOptions { Pooling = HiddenStatePooling.All }),
        Choices("choices", new ScoreChoicesOptions()),
        Choices("choices-by-characters", new ScoreChoicesOptions { Normalization = ChoiceNormalization.Characters, Choices = 5 }),
        Importance("importance", new ImportanceOptions()),
        Importance("importance-of-units-by-ablation", new ImportanceOptions
        {
            Score = ImportanceScore.MeanAblation, Granularity = ModuleGranularity.Units, ChannelGroups = 2,
        }),
    ];

    public override string ToString() => Name;

    private static ModelStepCase Hidden(string name, HiddenStatesOptions options) =>
        new(name, (ml, model) => model is null ? ml.HiddenStates(options) : ml.HiddenStates(model, options), "Text");

    private static ModelStepCase Importance(string name, ImportanceOptions options)
    {
        options = options with { PromptColumn = "Text", AnswerColumn = "Text", DataSetColumn = "Text" };
        return new(name, (ml, model) => model is null ? ml.ModuleImportance(options) : ml.ModuleImportance(model, options), "Text");
    }

    private static ModelStepCase Choices(string name, ScoreChoicesOptions options)
    {
        options = options with { PromptColumn = "Text" };
        return new(name, (ml, model) => model is null ? ml.ScoreChoices(options) : ml.ScoreChoices(model, options), "Continuations");
    }
}
