namespace Microsoft.ML.Data;

public static class ColumnCursorExtensions
{
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName) =>
        GetColumn<T>(data, Columns.Find(data?.Schema ?? throw new ArgumentNullException(nameof(data)), columnName, ""));

    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        ArgumentNullException.ThrowIfNull(data);
        var type = typeof(T);
        if (column.Type.RawType == type)
            return Read<T, T>(data, column, (in T value) => value);
        if (type == typeof(string) && column.Type is TextDataViewType)
            return (IEnumerable<T>)Read<ReadOnlyMemory<char>, string>(data, column, (in ReadOnlyMemory<char> value) => value.ToString());
        if (type == typeof(string[]) && column.Type.ItemType() is TextDataViewType)
            return (IEnumerable<T>)Read<VBuffer<ReadOnlyMemory<char>>, string[]>(
                data, column, (in VBuffer<ReadOnlyMemory<char>> value) => value.DenseValues().Select(text => text.ToString()).ToArray());
        if (type.IsArray && column.Type is VectorDataViewType vector && vector.ItemType.RawType == type.GetElementType())
            return DataViewTypes.CallGeneric<IEnumerable<T>>(
                null, typeof(ColumnCursorExtensions), nameof(Arrays), type.GetElementType(), data, column);
        throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' of type {column.Type} cannot be read as {type}.");
    }

    private delegate TTo Conversion<TFrom, TTo>(in TFrom value);

    private static IEnumerable<T[]> Arrays<T>(IDataView data, DataViewSchema.Column column) =>
        Read<VBuffer<T>, T[]>(data, column, (in VBuffer<T> value) =>
        {
            var items = new T[value.Length];
            value.CopyTo(items);
            return items;
        });

    private static IEnumerable<TTo> Read<TFrom, TTo>(IDataView data, DataViewSchema.Column column, Conversion<TFrom, TTo> convert)
    {
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<TFrom>(column);
        while (cursor.MoveNext())
        {
            TFrom value = default;
            getter(ref value);
            yield return convert(value);
        }
    }
}
