namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>
/// What the base model must be able to do before any expert is trained; else rewards are too sparse, or there is nothing to gain.
/// </summary>
public sealed record GateOptions
{
    /// <summary>Questions a task, of the development split.</summary>
    /// <value>300.</value>
    public int Questions { get; init; } = 300;

    /// <summary>Questions a task that are answered k times at temperature 1.</summary>
    /// <value>100.</value>
    public int SampledQuestions { get; init; } = 100;

    /// <summary>k of pass@k.</summary>
    /// <value>8.</value>
    public int Samples { get; init; } = 8;

    /// <summary>Greedy accuracy on tasks that experts learn, at least.</summary>
    /// <value>0.25.</value>
    public double ExpertLow { get; init; } = 0.25;

    /// <summary>The same, at most.</summary>
    /// <value>0.8.</value>
    public double ExpertHigh { get; init; } = 0.8;

    /// <summary>Greedy accuracy on unseen tasks, at least.</summary>
    /// <value>0.1.</value>
    public double UnseenLow { get; init; } = 0.1;

    /// <summary>The same, at most.</summary>
    /// <value>0.6.</value>
    public double UnseenHigh { get; init; } = 0.6;

    /// <summary>What pass@k is above pass@1 at least, on tasks that experts learn.</summary>
    /// <value>0.1.</value>
    public double Headroom { get; init; } = 0.1;
}
