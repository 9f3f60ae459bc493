using MlNetLlm.Adapters;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>The arms that several sections use.</summary>
internal static class Arms
{
    /// <summary>The label of each expert task, as routing says it, and the task.</summary>
    public static IReadOnlyList<(string Label, string Task)> Experts { get; } = [("math", "math"), ("code", "code"), ("logic", "choice")];

    /// <summary>The tasks experts learn.</summary>
    public static IReadOnlyList<string> Tasks { get; } = [.. Experts.Select(expert => expert.Task)];

    /// <summary>The task that one-task sections use.</summary>
    public const string First = "math";

    /// <summary>The harder variant of a task, which no expert is trained on.</summary>
    public static string Hard(string task) => $"{task}-hard";

    /// <summary>The SVF expert of a task, with the rate that validation chose for the task.</summary>
    public static ArmSpec Svf(Lab lab, ArmTrainer trainer, string task, int seed, int? questions = null) =>
        trainer.Tuned(new ArmSpec(ArmMethod.SvfReinforce, task, lab.Options.Questions.Train, seed)) with
        {
            Seed = seed, Questions = questions ?? lab.Options.Questions.Train,
        };

    /// <summary>The LoRA baseline of a task, with the rate that validation chose for task and rank.</summary>
    public static ArmSpec Lora(Lab lab, ArmTrainer trainer, string task, int seed, int rank = 16, int? questions = null) =>
        trainer.Tuned(new ArmSpec(ArmMethod.LoraNextToken, task, lab.Options.Questions.Train, seed) { Rank = rank }) with
        {
            Seed = seed, Questions = questions ?? lab.Options.Questions.Train,
        };

    /// <summary>The same matrices for SVF as LoRA's: query and value.</summary>
    public static ArmSpec OnAttention(ArmSpec spec) => spec with { Modules = ModuleSet.Attention };
}
