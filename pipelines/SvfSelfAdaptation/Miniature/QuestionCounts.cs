namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>How many questions of each split are used.</summary>
public sealed record QuestionCounts
{
    /// <summary>Training prompts of an expert.</summary>
    /// <value>200.</value>
    public int Train { get; init; } = 200;

    /// <summary>Training prompts of the smallest and of the largest cell, which one task is trained with too.</summary>
    /// <value>64 and 1,000.</value>
    public IReadOnlyList<int> OtherTrain { get; init; } = [64, 1000];

    /// <summary>Questions that choose rates and steps.</summary>
    /// <value>150.</value>
    public int Validation { get; init; } = 150;

    /// <summary>Questions that a task is tested with.</summary>
    /// <value>600.</value>
    public int Test { get; init; } = 600;

    /// <summary>Few-shot items of a task.</summary>
    /// <value>10.</value>
    public int Shots { get; init; } = 10;

    /// <summary>Questions a task and label that routing is measured with.</summary>
    /// <value>150.</value>
    public int Routing { get; init; } = 150;
}
