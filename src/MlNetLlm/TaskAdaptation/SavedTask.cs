using System.ComponentModel;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Data;
using MlNetLlm.Mapping;
using MlNetLlm.MultipleChoice;

namespace MlNetLlm.TaskAdaptation;

/// <summary>Writes a task into an ML.NET model file; each kind of input has a mapping of its own.</summary>
internal static class SavedTask
{
    public static void Save(ModelSaveContext ctx, TaskTransformer task)
    {
        var options = task.Options;
        switch (options.Task)
        {
            case TaskKind.Tagging:
                Save(
                    ctx, task, new TaskWordFactory(), (options.StartColumn, SavedTaskWord.StartColumn), NumberDataViewType.Int32,
                    (string _) => 0);
                break;
            case TaskKind.MultipleChoice:
                Save(
                    ctx, task, new TaskQuestionFactory(), (options.ContinuationsColumn, SavedQuestion.ContinuationsColumn),
                    new VectorDataViewType(TextDataViewType.Instance), (string _) => default(VBuffer<ReadOnlyMemory<char>>));
                break;
            default:
                if (options.PairColumn is { } pair)
                    Save(
                        ctx, task, new TaskPairFactory(), (pair, SavedTaskPair.SecondColumn), TextDataViewType.Instance,
                        (string row) => row.AsMemory());
                else
                    Save(ctx, task, new TaskTextFactory(), null, TextDataViewType.Instance, (string row) => row.AsMemory());
                break;
        }
    }

    private static void Save<TInput, TValue>(
        ModelSaveContext ctx, TaskTransformer task, SavedFactory<TInput, SavedTaskPrediction, TaskTransformer> mapping,
        (string Column, string Fixed)? second, DataViewType type, Func<string, TValue> none)
        where TInput : SavedTextAndPayload, new()
    {
        List<RowsColumn<string>> columns =
            [new(task.Options.TextColumn, TextDataViewType.Instance, (string row) => row.AsMemory())];
        List<(string, string)> inputs = [(task.Options.TextColumn, SavedText.Column)];
        if (second is { } other)
        {
            columns.Add(new RowsColumn<string>(other.Column, type, none));
            inputs.Add(other);
        }
        SavedMapping.Save(
            ctx, TaskFolder.Pack(task), mapping, new RowsView<string>(() => [], columns), inputs,
            SavedOutput.Scores(
                TaskColumns.Score, task.Names,
                [.. task.Beside, .. inputs.Select(input => input.Item1), TaskColumns.Score, TaskColumns.PredictedLabel]),
            SavedOutput.Key(SavedTaskPrediction.NameColumn, TaskColumns.PredictedLabel, task.Names));
    }
}

/// <summary>The second text of a pair under its fixed name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedTaskPair : SavedTextAndPayload
{
    internal const string SecondColumn = "MlNetLlm.Second";

    /// <summary>The second text.</summary>
    [ColumnName(SecondColumn)]
    public ReadOnlyMemory<char> Second { get; set; }
}

/// <summary>The beginning of a word under its fixed name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedTaskWord : SavedTextAndPayload
{
    internal const string StartColumn = "MlNetLlm.Start";

    /// <summary>The word's first character.</summary>
    [ColumnName(StartColumn)]
    public int Start { get; set; }
}

/// <summary>The results of a saved task under their fixed names; the probabilities are the vector.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedTaskPrediction : SavedScores
{
    internal const string NameColumn = "MlNetLlm.Class";

    /// <summary>The likeliest class's name.</summary>
    [ColumnName(NameColumn)]
    public string Name { get; set; } = "";
}

/// <summary>Rebuilds a task in a loaded model file.</summary>
/// <typeparam name="TInput">The input columns.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TaskFactory<TInput> : SavedFactory<TInput, SavedTaskPrediction, TaskTransformer>
    where TInput : SavedTextAndPayload, new()
{
    private protected TaskFactory()
    {
    }

    private protected override TaskTransformer Restore(byte[] payload) => TaskFolder.Unpack(payload);

    private protected abstract TaskRow Row(TInput input);

    private protected override void Map(TaskTransformer state, TInput input, SavedTaskPrediction output)
    {
        var prediction = state.Compute([Row(input)])[0];
        output.Set(prediction.Probabilities);
        output.Name = state.Names[prediction.Best];
    }
}

/// <summary>Rebuilds a task on texts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class TaskTextFactory : TaskFactory<SavedTextAndPayload>
{
    private const string Contract = "MlNetLlm.TaskText";

    internal override string ContractName => Contract;

    private protected override TaskRow Row(SavedTextAndPayload input) => new(input.Text.ToString(), null, 0, []);
}

/// <summary>Rebuilds a task on pairs of texts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class TaskPairFactory : TaskFactory<SavedTaskPair>
{
    private const string Contract = "MlNetLlm.TaskPair";

    internal override string ContractName => Contract;

    private protected override TaskRow Row(SavedTaskPair input) => new(input.Text.ToString(), input.Second.ToString(), 0, []);
}

/// <summary>Rebuilds a task on words.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class TaskWordFactory : TaskFactory<SavedTaskWord>
{
    private const string Contract = "MlNetLlm.TaskWord";

    internal override string ContractName => Contract;

    private protected override TaskRow Row(SavedTaskWord input) => new(input.Text.ToString(), null, input.Start, []);
}

/// <summary>Rebuilds a task on questions.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class TaskQuestionFactory : TaskFactory<SavedQuestion>
{
    private const string Contract = "MlNetLlm.TaskQuestion";

    internal override string ContractName => Contract;

    private protected override TaskRow Row(SavedQuestion input) =>
        new(input.Text.ToString(), null, 0, [.. input.Continuations.DenseValues().Select(text => text.ToString())]);
}
