using MlNetLlm.Modules;
using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Fine-tuning of chosen modules on skills in forms that training never showed, and recovery after a removal.</summary>
public sealed record TuningOptions
{
    /// <summary>Skills to learn in a new form, one of each function.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["place", "sum", "agree", "norm"];

    /// <summary>
    /// The forms: another wording, longer questions. All have the arm of the shared rate; those of own rates and of embedding and norms are
    /// run on the first form alone.
    /// </summary>
    public IReadOnlyList<TargetForm> Forms { get; init; } = [new(), new() { Surface = SkillSurface.List, Longer = 1 }];

    /// <summary>Which modules train.</summary>
    public IReadOnlyList<ModuleRegime> Regimes { get; init; } = [.. Enum.GetValues<ModuleRegime>()];

    /// <summary>
    /// Learning rates. The first is the one that all regimes share; in a second arm each takes the one with the best validation accuracy.
    /// </summary>
    public IReadOnlyList<double> LearningRates { get; init; } = [1e-3, 3e-3];

    /// <summary>Steps of a fine-tuning.</summary>
    public int Steps { get; init; } = 150;

    /// <summary>Questions a step.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Whether all regimes train once more at the first rate with embedding and norms, as in the published code.</summary>
    public bool Faithful { get; init; } = true;

    /// <summary>Validation questions of the target, by which rates are chosen.</summary>
    public int ValidationQuestions { get; init; } = 300;

    /// <summary>Test questions of the target.</summary>
    public int TestQuestions { get; init; } = 500;

    /// <summary>Test questions of each other set, for what was forgotten.</summary>
    public int OtherQuestions { get; init; } = 30;

    /// <summary>Margin of the equivalence test, share of right answers.</summary>
    public double Margin { get; init; } = 0.02;

    /// <summary>Steps of the recovery after modules were removed; 0 = no such part.</summary>
    public int RecoverySteps { get; init; } = 200;

    /// <summary>Steps that make a tuned model of a dense one; 0 = no such models.</summary>
    public int ChatSteps { get; init; } = 200;

    /// <summary>The wording that they learn.</summary>
    public SkillSurface ChatSurface { get; init; } = SkillSurface.Inverted;

    internal IEnumerable<string> Faults()
    {
        foreach (var target in Targets.Where(target => Skill.All.All(skill => skill.Name != target)))
            yield return $"Tuning.Targets has '{target}'. Known: {string.Join(", ", Skill.All.Select(skill => skill.Name))}.";
        if (Targets.Count == 0 || Forms.Count == 0 || Regimes.Count == 0 || LearningRates.Count == 0)
            yield return "Tuning needs targets, forms, regimes and rates.";
        if (LearningRates.Any(rate => !(rate > 0))) yield return $"Tuning.LearningRates are {string.Join(", ", LearningRates)}; above 0.";
        if (Steps < 1 || RecoverySteps < 0 || ChatSteps < 0 || BatchSize < 1)
            yield return $"Tuning has {Steps}, {RecoverySteps} and {ChatSteps} steps of {BatchSize}; expected 1, 0, 0 and 1 or more.";
        if (TestQuestions < 1 || ValidationQuestions < 1 || OtherQuestions < 1 || Forms.Any(form => form.Longer is < 0 or > 1))
            yield return $"Tuning tests {TestQuestions}, {ValidationQuestions} and {OtherQuestions} questions, "
                + $"{string.Join(", ", Forms.Select(form => form.Longer))} phrases longer; expected 1, 1, 1 and 0 or 1.";
        if (!(Margin > 0)) yield return $"Tuning.Margin is {Margin}; expected above 0.";
    }
}
