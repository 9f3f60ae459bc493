using Microsoft.ML;
using MlNetLlm.TaskAdaptation;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>A task's rows, with the columns that <see cref="AdaptToTaskOptions"/> names and the label as text in Label.</summary>
/// <param name="Kind">What is labelled.</param>
/// <param name="Train">Rows to learn from; null in a new language.</param>
/// <param name="Test">Rows to be scored on.</param>
internal sealed record TaskData(TaskKind Kind, IDataView? Train, IDataView Test)
{
    /// <summary>The second text of a row, where it has two.</summary>
    public string? PairColumn { get; init; }

    /// <summary>The label whose F1 is the score; null: accuracy is.</summary>
    public string? F1Of { get; init; }
}
