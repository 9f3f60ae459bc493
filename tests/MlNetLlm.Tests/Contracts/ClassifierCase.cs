using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Probes;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tests.Probes;
using MlNetLlm.Tests.TaskAdaptation;

namespace MlNetLlm.Tests.Contracts;

/// <summary>One row of the contract table: a step that adds Score and PredictedLabel, data for it, and the names of the classes.</summary>
public sealed record ClassifierCase(
    string Name, Func<MLContext, IEstimator<ITransformer>> Create, Func<MLContext, IDataView> Data, IReadOnlyList<string> Classes)
{
    /// <summary>The label.</summary>
    public string Label { get; private init; } = "Label";

    /// <summary>Every kind of step with a score for each class. A new one adds its rows here.</summary>
    public static IReadOnlyList<ClassifierCase> All { get; } =
    [
        Probe("linear-probe", new LinearProbeOptions { MaxExamples = 4000, BatchSize = 64 }, ["N", "E", "S", "W"]),
        Probe("mlp-probe-of-numbers", new MlpProbeOptions { MaxExamples = 1000, FirstUnits = 4, LabelColumn = "Side" }, ["0", "1"]),
        Task("text-class", TaskKind.Classification, pairs: false),
        Task("pair-class", TaskKind.Classification, pairs: true),
        Task("word-class", TaskKind.Tagging, pairs: false),
        Task("task-choice", TaskKind.MultipleChoice, pairs: false),
        new("choices", ml => ml.LanguageModels().ScoreChoices(TaskToys.Model(causal: true), new ScoreChoicesOptions { PromptColumn = "Text" }),
            ml => TaskToys.View(ml, TaskToys.Rows(TaskKind.MultipleChoice, count: 12)), TaskToys.Classes),
    ];

    public override string ToString() => Name;

    private static ClassifierCase Probe(string name, ProbeOptions options, string[] classes) =>
        new(name, _ => new ProbeEstimator(options), ml => ProbeToy.View(ml, ProbeToy.Planted(100, 1)), classes)
        {
            Label = options.LabelColumn,
        };

    private static ClassifierCase Task(string name, TaskKind task, bool pairs) => new(
        name, ml => ml.LanguageModels().AdaptToTask(TaskToys.Model(), TaskToys.Options(task, pairs ? "Second" : null) with { MaxSteps = 2 }),
        ml => TaskToys.View(ml, TaskToys.Rows(task, pairs, 12)), TaskToys.Classes);
}
