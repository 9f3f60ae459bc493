using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Mapping;
using MlNetLlm.MultipleChoice;

namespace MlNetLlm.TaskAdaptation;

/// <summary>The columns that a task reads and adds; the latter are, with the label, what ML.NET's multiclass Evaluate reads.</summary>
public static class TaskColumns
{
    /// <summary>The classes' probabilities (Vector of Single, fixed size, slots named as the label's values).</summary>
    public const string Score = "Score";

    /// <summary>The likeliest class (Key with the label's values).</summary>
    public const string PredictedLabel = "PredictedLabel";

    internal static IReadOnlyList<OutputColumn<TaskPrediction>> Added(IReadOnlyList<string> names) =>
    [
        OutputColumn<TaskPrediction>.OfVector(
            Score, new VectorDataViewType(NumberDataViewType.Single, names.Count), row => row.Probabilities, KeyNames.Slots(names)),
        OutputColumn<TaskPrediction>.Of(
            PredictedLabel, new KeyDataViewType(typeof(uint), names.Count), row => (uint)(row.Best + 1), KeyNames.Annotations(names)),
    ];

    /// <summary>The columns a task reads, the label not counted.</summary>
    internal static IReadOnlyList<DataViewSchema.Column> Read(DataViewSchema schema, AdaptToTaskOptions options)
    {
        var text = Columns.Text(schema, options.TextColumn, nameof(options.TextColumn));
        return options.Task switch
        {
            TaskKind.Tagging =>
                [text, Columns.Find(schema, options.StartColumn, nameof(options.StartColumn), NumberDataViewType.Int32.Equals, "Int32")],
            TaskKind.MultipleChoice =>
            [
                text, Columns.Find(
                    schema, options.ContinuationsColumn, nameof(options.ContinuationsColumn), ScoreChoicesTransformer.IsTexts,
                    "a vector of text"),
            ],
            _ when options.PairColumn is { } pair => [text, Columns.Text(schema, pair, nameof(options.PairColumn))],
            _ => [text],
        };
    }

    /// <summary>The label's column.</summary>
    internal static DataViewSchema.Column Label(DataViewSchema schema, AdaptToTaskOptions options) => Columns.Find(
        schema, options.LabelColumn, nameof(options.LabelColumn),
        type => type is KeyDataViewType { Count: >= 2 and <= SavedVector.MaxSize }, "a key of 2 or more values");

    /// <summary>A reader of the columns that a task reads.</summary>
    internal static Func<TaskRow> Reader(DataViewRow row, AdaptToTaskOptions options)
    {
        var text = TextColumnReader.Of(row, options.TextColumn);
        switch (options.Task)
        {
            case TaskKind.Tagging:
                var getStart = row.GetGetter<int>(row.Schema[options.StartColumn]);
                var start = 0;
                return () =>
                {
                    getStart(ref start);
                    return new TaskRow(text(), null, start, []);
                };
            case TaskKind.MultipleChoice:
                var getChoices = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(row.Schema[options.ContinuationsColumn]);
                var choices = default(VBuffer<ReadOnlyMemory<char>>);
                return () =>
                {
                    getChoices(ref choices);
                    return new TaskRow(text(), null, 0, [.. choices.DenseValues().Select(choice => choice.ToString())]);
                };
            default:
                var second = options.PairColumn is { } pair ? TextColumnReader.Of(row, pair) : null;
                return () => new TaskRow(text(), second?.Invoke(), 0, []);
        }
    }

    /// <summary>Streams rows with their labels, from 0; -1 where the label is missing.</summary>
    internal static IEnumerable<(TaskRow Row, int Label)> Labelled(IDataView data, AdaptToTaskOptions options)
    {
        var label = Label(data.Schema, options);
        using var cursor = data.GetRowCursor([.. Read(data.Schema, options), label]);
        var read = Reader(cursor, options);
        var getLabel = cursor.GetGetter<uint>(label);
        var key = 0u;
        while (cursor.MoveNext())
        {
            getLabel(ref key);
            yield return (read(), (int)key - 1);
        }
    }
}
