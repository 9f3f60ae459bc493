namespace Microsoft.ML.Data;

/// <summary>Getters that map each item of a column, scalar or vector.</summary>
internal static class Getters
{
    /// <summary>Maps each slot. Unless zero stays zero a sparse vector becomes dense.</summary>
    public static Delegate Map<TFrom, TTo>(
        DataViewRow row, DataViewSchema.Column column, ValueConversion<TFrom, TTo> map, bool keepsZero = false) =>
        column.Type is VectorDataViewType ? Vector(row, column, map, keepsZero) : Scalar(row, column, map);

    private static ValueGetter<TTo> Scalar<TFrom, TTo>(DataViewRow row, DataViewSchema.Column column, ValueConversion<TFrom, TTo> map)
    {
        var getter = row.GetGetter<TFrom>(column);
        TFrom value = default;
        return (ref TTo destination) =>
        {
            getter(ref value);
            destination = map(value);
        };
    }

    private static ValueGetter<VBuffer<TTo>> Vector<TFrom, TTo>(
        DataViewRow row, DataViewSchema.Column column, ValueConversion<TFrom, TTo> map, bool keepsZero)
    {
        var getter = row.GetGetter<VBuffer<TFrom>>(column);
        VBuffer<TFrom> source = default;
        return (ref VBuffer<TTo> destination) =>
        {
            getter(ref source);
            if (!keepsZero && !source.IsDense)
                source.CopyToDense(ref source);
            var values = source.GetValues();
            var editor = VBufferEditor.Create(ref destination, source.Length, values.Length);
            for (var i = 0; i < values.Length; i++)
                editor.Values[i] = map(values[i]);
            if (!source.IsDense)
                source.GetIndices().CopyTo(editor.Indices);
            destination = editor.Commit();
        };
    }

    /// <summary>Annotations of a column by name.</summary>
    public static DataViewSchema.Annotations.Builder Keep(this DataViewSchema.Annotations annotations, params string[] names)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(annotations, names.Contains);
        return builder;
    }
}
