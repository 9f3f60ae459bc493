namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Which few-shot searches are compared.</summary>
public sealed record FewShotGrid
{
    /// <summary>The task.</summary>
    /// <value>code-hard.</value>
    public string Task { get; init; } = "code-hard";

    /// <summary>Shots and generations; the first is what others are compared with.</summary>
    public IReadOnlyList<ShotBudget> Budgets { get; init; } = [new(10, 10), new(3, 10), new(5, 10), new(20, 10), new(10, 3), new(10, 30)];

    /// <summary>Seeds: experts and shots.</summary>
    /// <value>3.</value>
    public int Seeds { get; init; } = 3;
}

/// <summary>The size of a few-shot search.</summary>
/// <param name="Shots">Labelled items.</param>
/// <param name="Generations">Generations of 32 candidates.</param>
public sealed record ShotBudget(int Shots, int Generations);
