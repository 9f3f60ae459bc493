using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>What is new about a target's questions: a wording that training never showed, or a length.</summary>
public sealed record TargetForm
{
    /// <summary>The wording.</summary>
    public SkillSurface Surface { get; init; } = SkillSurface.Inverted;

    /// <summary>By how many phrases the questions are longer than those of the training; 0 or 1.</summary>
    public int Longer { get; init; }

    /// <summary>Its name: the wording, and -longer.</summary>
    internal string Name => $"{Surface.ToString().ToLowerInvariant()}{(Longer > 0 ? "-longer" : "")}";
}
