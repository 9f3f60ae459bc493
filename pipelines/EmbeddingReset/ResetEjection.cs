using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>Ejects the main contrast: both bodies of every seed, their tasks, and every new language, stage by stage.</summary>
internal static class ResetEjection
{
    private static readonly string[] _contrast = [ResetArms.Forgetting, ResetArms.Standard];

    /// <exception cref="InvalidOperationException">The run's first section is not about generated languages, or lacks a body.</exception>
    public static EjectedRun Of(RunResult result)
    {
        var section = PresetFile.FromJson<ResetExperimentOptions>(result.Options).Sections[0];
        if (section.Source != SectionSource.Synthetic)
            throw new InvalidOperationException(
                $"The first section of this run is about {section.Source} data; only one of generated languages can be ejected.");
        if (_contrast.Except(section.Arms).FirstOrDefault() is { } lacking)
            throw new InvalidOperationException(
                $"The first section of this run lacks the arm {lacking}; only one with {string.Join(" and ", _contrast)} can be ejected.");
        var arms = _contrast.ToDictionary(arm => arm, arm => StageOptions.Pretraining(section, arm, Rate(result, section, arm)));
        return new EjectedRun(result, "EmbeddingReset/Ejected",
            "other arms and sections, the search for the embeddings' rates, scores on the way, and the verdicts on claims")
            .Value("Seeds", "Bodies an arm.", section.Seeds)
            .Value("Section", "What the run calls this contrast.", section.Name)
            .Value("Tasks", "Tasks learned in language 1.", section.Tasks)
            .Value("Languages", "New languages, and how far each is from language 1.",
                section.Languages.ToDictionary(name => name, name => name[1] - '0'))
            .Value("Budgets", "Tokens of a new language's text, rising.", section.Budgets)
            .Value("TextRows", "Rows of text in language 1.", section.Pretraining.TextRows)
            .Value("TrainRows", "Labelled rows a task learns from.", section.Task.TrainRows)
            .Value("TestRows", "Labelled rows it is scored on.", section.Task.TestRows)
            .Value("Body", "The body's shape; its vocabulary is the language's.", StageOptions.Body(section, 1))
            .Value("Arms", "Stage 1: with and without periodic resets of the embeddings.", arms)
            .Value("Task", "Stage 2.", StageOptions.Task(section))
            .Value("Relearning", "Stage 3.", StageOptions.Relearning(section));
    }

    private static double Rate(RunResult result, SectionOptions section, string arm) =>
        result.Metrics.First(metric => metric.Arm == $"{section.Name}/{arm}" && metric.Name == ResetReport.ChosenRate).Value;
}
