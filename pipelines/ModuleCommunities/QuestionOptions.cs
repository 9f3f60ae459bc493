using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>The generated questions.</summary>
public sealed record QuestionOptions
{
    /// <summary>The skills, each on both surfaces; empty = all sixteen.</summary>
    public IReadOnlyList<string> Skills { get; init; } = [];

    /// <summary>Whether eight sets of two skills join the analysis; they need all skills.</summary>
    public bool Mixed { get; init; } = true;

    /// <summary>What an answer is.</summary>
    public AnswerForm Form { get; init; } = AnswerForm.Letter;

    /// <summary>Training questions a set.</summary>
    public int Train { get; init; } = 2000;

    /// <summary>Validation questions a set; importances are measured on some of them.</summary>
    public int Validation { get; init; } = 300;

    /// <summary>Test questions a set.</summary>
    public int Test { get; init; } = 500;

    /// <summary>Seed of the questions; the same for all models.</summary>
    public int Seed { get; init; } = 2025;
}
