using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>A column that a transformer adds: name, type, annotations, and how its value is read from the row's result.</summary>
/// <typeparam name="TOutput">What the transformer computes for a row.</typeparam>
public sealed class OutputColumn<TOutput>
{
    private OutputColumn(string name, DataViewType type, Func<Func<TOutput>, Delegate> getter, DataViewSchema.Annotations? annotations)
    {
        Name = name;
        Type = type;
        Getter = getter;
        Annotations = annotations;
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>The column's type.</summary>
    public DataViewType Type { get; }

    internal DataViewSchema.Annotations? Annotations { get; }

    // Makes a ValueGetter<T> that reads from the result of the current row.
    internal Func<Func<TOutput>, Delegate> Getter { get; }

    internal static OutputColumn<TOutput> Of<TValue>(
        string name, DataViewType type, Func<TOutput, TValue> value, DataViewSchema.Annotations? annotations = null) =>
        new(name, type, current => (ValueGetter<TValue>)((ref TValue target) => target = value(current())), annotations);

    internal static OutputColumn<TOutput> OfText(string name, Func<TOutput, string> value, DataViewSchema.Annotations? annotations =
        null) =>
        Of(name, TextDataViewType.Instance, row => value(row).AsMemory(), annotations);

    internal static OutputColumn<TOutput> OfVector<TItem>(
        string name, VectorDataViewType type, Func<TOutput, TItem[]> value, DataViewSchema.Annotations? annotations = null) =>
        new(name, type, current => (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> target) =>
        {
            var items = value(current());
            var editor = VBufferEditor.Create(ref target, items.Length);
            items.CopyTo(editor.Values);
            target = editor.Commit();
        }), annotations);
}

/// <summary>Helpers for lists of <see cref="OutputColumn{TOutput}"/>.</summary>
internal static class OutputColumn
{
    /// <summary>A schema of just these columns.</summary>
    public static DataViewSchema Schema<TOutput>(IEnumerable<OutputColumn<TOutput>> columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns) builder.AddColumn(column.Name, column.Type, column.Annotations);
        return builder.ToSchema();
    }
}
