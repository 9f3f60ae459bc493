using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Mapping;
using MlNetLlm.Training;

namespace MlNetLlm.FineTuning;

/// <summary>What every fine-tuning step asks of its input and promises of its output.</summary>
internal static class FineTuningSchema
{
    /// <exception cref="ArgumentException">A text column is missing or of another type.</exception>
    public static SchemaShape Output(SchemaShape input, TrainingOptions options, LayerOwnership? ownership = null)
    {
        if (options.TokenColumns is null) Columns.Text(input, options.TextColumn, nameof(options.TextColumn));
        if (options.CompletionColumn is { } completion) Columns.Text(input, completion, nameof(options.CompletionColumn));
        if (ownership is not null) Columns.Text(input, ownership.GroupColumn, "Ownership.GroupColumn");
        return SchemaShapes.Add(input, OutputColumn.Schema(ModelColumn.Promised));
    }
}
