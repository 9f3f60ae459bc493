using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>
/// Ejects the corrected variant on the dense models: training, importances, communities with their tests, and the fine-tuning of the
/// community of each target's function at the shared rate. Controls, the published variant and removals stay behind.
/// </summary>
internal static class CommunitiesEjection
{
    // What the pipeline shares with its run, as it is.
    private static readonly string[] _shared =
    [
        "CorrectedAnalysis", "CorrectedResult", "FunctionAreas", "GeneratedQuestions", "IQuestions", "MatrixTable", "NetworkOptions",
        "QuestionOptions", "SubjectModel", "TargetForm",
    ];

    /// <exception cref="InvalidOperationException">The run trained no model.</exception>
    public static EjectedRun Of(RunResult result)
    {
        var options = PresetFile.FromJson<CommunitiesOptions>(result.Options);
        if (options.Folders.Count > 0)
            throw new InvalidOperationException(
                $"This run studied models made elsewhere ('{options.Folders[0]}'); only a run that trained its models can be ejected.");
        var (shape, tuning) = (options.Model, options.Tuning ?? new TuningOptions());
        var functions = new GeneratedQuestions(options.Questions).Sets.Where(set => set.Pure).Select(set => set.Function).ToHashSet();
        var run = new EjectedRun(result, "ModuleCommunities/Ejected",
            "controls, the published variant, removals, other regimes of fine-tuning, and the verdicts on claims");
        foreach (var source in _shared) run.Source($"ModuleCommunities/{source}.cs");
        return run
            .Value("Seeds", "Seeds of the models.", options.Seeds)
            .Value("Questions", "The generated questions.", options.Questions)
            .Value("Model", "A model's shape.", SubjectTraining.Shape(shape, shape.Layers))
            .Value("Training", "Its training.", SubjectTraining.Training(shape, shape.Steps, options.Device))
            .Value("StopAccuracy", "Mean validation accuracy that ends it.", shape.StopAccuracy)
            .Value("LookQuestions", "Validation questions of each set behind that.", shape.LookQuestions)
            .Value("Importance", "Importances, on the first half of the calibration questions.",
                SubjectTraining.Importance(options.Network, result.Seed))
            .Value("Network", "Networks, communities and tests.", options.Network)
            .Value("Targets", "Skills to learn in new forms.", Targets(options, functions))
            .Value("Forms", "The forms.", tuning.Forms)
            .Value("TargetQuestions", "Test questions of a target.", tuning.TestQuestions)
            .Value("Tuning", "How a community is fine-tuned; its modules and seed are set as it is found.",
                SubjectTraining.Tuning(tuning, ModuleRegime.Community, tuning.LearningRates[0], options.Device));
    }

    private static IReadOnlyList<string> Targets(CommunitiesOptions options, HashSet<string> functions) =>
        options.Tuning is { } tuning && tuning.Regimes.Contains(ModuleRegime.Community)
            ? [.. tuning.Targets.Where(target => functions.Contains(Skill.Find(target).Function))]
            : [];
}
