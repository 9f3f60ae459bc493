using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Joins scalars and vectors of one item type into one vector.</summary>
public sealed class ColumnConcatenatingTransformer : RowToRowTransformerBase
{
    internal const string Id = "Concatenate";

    private readonly string _output;
    private readonly string[] _inputs;

    internal ColumnConcatenatingTransformer(string output, string[] inputs)
    {
        _output = output;
        _inputs = inputs;
    }

    internal static ColumnConcatenatingTransformer Load(IHostEnvironment env, ModelLoadContext ctx) =>
        new(ctx.Reader.ReadText(), ctx.Reader.ReadTexts());

    internal override AddedColumn[] Map(DataViewSchema inputSchema)
    {
        var columns = Array.ConvertAll(_inputs, name => Columns.Find(inputSchema, name, "input"));
        var item = columns[0].Type.ItemType();
        foreach (var column in columns)
        {
            if (!column.Type.ItemType().Equals(item))
                throw new ArgumentOutOfRangeException(
                    nameof(inputSchema), $"Schema mismatch for input column '{column.Name}': expected {item}, got {column.Type}");
        }
        var inputs = Array.ConvertAll(columns, column => column.Index);
        return [new(Output(columns, (PrimitiveDataViewType)item), inputs, row => CreateGetter(row, columns, item))];
    }

    private protected override void Save(ModelSaveContext ctx) => ctx.Write(Id, writer =>
    {
        writer.WriteText(_output);
        writer.WriteTexts(_inputs);
    });

    private DataViewSchema.DetachedColumn Output(DataViewSchema.Column[] columns, PrimitiveDataViewType item)
    {
        if (columns is [{ Type: VectorDataViewType } only])
            return new(_output, only.Type, only.Annotations);
        var sizes = Array.ConvertAll(columns, column => column.Type is VectorDataViewType vector ? vector.Size : 1);
        var size = sizes.Contains(0) ? 0 : sizes.Sum();
        var annotations = new DataViewSchema.Annotations.Builder();
        if (item is NumberDataViewType && Array.TrueForAll(columns, column => column.IsNormalized()))
            annotations.AddPrimitiveValue(AnnotationKinds.IsNormalized, BooleanDataViewType.Instance, true);
        if (size > 0 && columns.Any(column => column.Type is not VectorDataViewType || column.HasSlotNames()))
        {
            var names = columns.SelectMany(SlotNames).ToArray();
            annotations.Add(
                AnnotationKinds.SlotNames, new VectorDataViewType(TextDataViewType.Instance, size), AnnotationGetters.OfArray(names));
        }
        return new(_output, new VectorDataViewType(item, size), annotations.ToAnnotations());
    }

    /// <summary>A scalar gives its name, a named slot "column.slot", an unnamed slot nothing.</summary>
    private static IEnumerable<ReadOnlyMemory<char>> SlotNames(DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType vector)
            return [column.Name.AsMemory()];
        if (!column.HasSlotNames())
            return Enumerable.Repeat(ReadOnlyMemory<char>.Empty, vector.Size);
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return names.DenseValues().Select(name => name.IsEmpty ? name : $"{column.Name}.{name}".AsMemory()).ToArray();
    }

    private static Delegate CreateGetter(DataViewRow row, DataViewSchema.Column[] columns, DataViewType item) =>
        columns is [{ Type: VectorDataViewType } only]
            ? DataViewTypes.GetterOf(row, only)
            : DataViewTypes.CallGeneric<Delegate>(null, typeof(ColumnConcatenatingTransformer), nameof(Join), item.RawType, row, columns);

    private static ValueGetter<VBuffer<T>> Join<T>(DataViewRow row, DataViewSchema.Column[] columns)
    {
        var read = Array.ConvertAll(columns, column => PartGetter<T>(row, column));
        var parts = new VBuffer<T>[columns.Length];
        return (ref VBuffer<T> destination) =>
        {
            int length = 0, count = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                read[i](ref parts[i]);
                length += parts[i].Length;
                count += parts[i].GetValues().Length;
            }
            var editor = VBufferEditor.Create(ref destination, length, count);
            int slot = 0, at = 0;
            foreach (ref var part in parts.AsSpan())
            {
                var values = part.GetValues();
                values.CopyTo(editor.Values[at..]);
                for (var i = 0; count < length && i < values.Length; i++)
                    editor.Indices[at + i] = slot + (part.IsDense ? i : part.GetIndices()[i]);
                slot += part.Length;
                at += values.Length;
            }
            destination = editor.Commit();
        };
    }

    private static ValueGetter<VBuffer<T>> PartGetter<T>(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType)
            return row.GetGetter<VBuffer<T>>(column);
        var scalar = row.GetGetter<T>(column);
        return (ref VBuffer<T> destination) =>
        {
            var editor = VBufferEditor.Create(ref destination, 1);
            scalar(ref editor.Values[0]);
            destination = editor.Commit();
        };
    }
}
