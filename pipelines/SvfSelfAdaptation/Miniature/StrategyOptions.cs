namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>The three adaptation strategies and what they are compared with.</summary>
public sealed record StrategyOptions
{
    /// <summary>Generations of the few-shot search, of 32 candidates each.</summary>
    /// <value>10, the paper's light variant.</value>
    public int Generations { get; init; } = 10;

    /// <summary>Random mixes a seed and task.</summary>
    /// <value>1.</value>
    public int RandomMixes { get; init; } = 1;

    /// <summary>Development questions that choose the best single expert of a task.</summary>
    /// <value>100.</value>
    public int SelectionQuestions { get; init; } = 100;

    /// <summary>Learning rate of the classification expert.</summary>
    /// <value>0.03.</value>
    public double RouterRate { get; init; } = 0.03;

    /// <summary>Longest answers that the two passes are timed with, in tokens, smallest first.</summary>
    /// <value>1, 4, 16, 48, 200.</value>
    public IReadOnlyList<int> TimedAnswers { get; init; } = [1, 4, 16, 48, 200];

    /// <summary>Times each length is timed.</summary>
    /// <value>5.</value>
    public int Repeats { get; init; } = 5;
}
