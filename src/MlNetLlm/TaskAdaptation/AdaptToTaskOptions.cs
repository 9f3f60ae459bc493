using Microsoft.ML.SearchSpace;
using MlNetLlm.Training;

namespace MlNetLlm.TaskAdaptation;

/// <summary>
/// Options of adapting a body to a task under frozen embeddings (Chen et al. 2023, task adaptation). TextColumn holds the text, the
/// sentence of a word, or the question.
/// </summary>
public sealed record AdaptToTaskOptions : TrainingOptions
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.0005.</value>
    [Range(1e-5, 1e-2, 5e-4, logBase: true)]
    public override double LearningRate { get; init; } = 5e-4;

    /// <summary>What the task asks.</summary>
    /// <value><see cref="TaskKind.Classification"/>.</value>
    public TaskKind Task { get; init; } = TaskKind.Classification;

    /// <summary>The column with the second text of a pair, such as the hypothesis behind a premise; classification only.</summary>
    /// <value>null: single texts.</value>
    public string? PairColumn { get; init; }

    /// <summary>The key column with the class, the word's tag or the right choice. Rows whose label is missing are not learnt.</summary>
    /// <value>"Label".</value>
    public string LabelColumn { get; init; } = "Label";

    /// <summary>
    /// The Int32 column that says at which character of the text a word begins; tagging only. Rows of one text that follow each other
    /// share one pass through the model.
    /// </summary>
    /// <value>"Start".</value>
    public string StartColumn { get; init; } = "Start";

    /// <summary>The column with a vector of texts, the choices; multiple choice only.</summary>
    /// <value>"Continuations".</value>
    public string ContinuationsColumn { get; init; } = "Continuations";

    /// <summary>A factor on the learning rate of the task's head; above 0.</summary>
    /// <value>1.</value>
    public double HeadLearningRateScale { get; init; } = 1;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        if (!Enum.IsDefined(Task)) yield return $"Task is {Task}; expected {string.Join(", ", Enum.GetNames<TaskKind>())}.";
        if (CompletionColumn is not null)
            yield return $"CompletionColumn is '{CompletionColumn}'; a task has labels instead: expected null.";
        if (PairColumn == "") yield return "PairColumn is empty; expected a column's name, or null.";
        if (PairColumn is not null && Task != TaskKind.Classification)
            yield return $"PairColumn is '{PairColumn}', but Task is {Task}; expected null.";
        if (LabelColumn == "") yield return "LabelColumn is empty; expected a column's name.";
        if (StartColumn == "") yield return "StartColumn is empty; expected a column's name.";
        if (ContinuationsColumn == "") yield return "ContinuationsColumn is empty; expected a column's name.";
        if (!(HeadLearningRateScale > 0 && double.IsFinite(HeadLearningRateScale)))
            yield return $"HeadLearningRateScale is {HeadLearningRateScale}; expected above 0.";
    }
}
