using System.Numerics;

namespace Microsoft.ML.Data;

// Finds the columns an evaluator reads, checks their types and opens their getters.
internal static class EvaluatedColumns
{
    public static DataViewSchema.Column Find(IDataView data, string name, string role) =>
        data.Schema.GetColumnOrNull(name)
        ?? throw new ArgumentOutOfRangeException("schema", $"Could not find {role} column '{name}'");

    public static void Check(bool condition, DataViewSchema.Column column, string role, string expected)
    {
        if (!condition)
            throw new ArgumentOutOfRangeException("schema",
                $"Schema mismatch for {role} column '{column.Name}': expected {expected}, got {column.Type}");
    }

    // Size of a vector of Single of known size; anything else is refused.
    public static int CheckVector(DataViewSchema.Column column, string role, int least, string expected)
    {
        var type = column.Type as VectorDataViewType;
        Check(type != null && type.Size >= least && type.ItemType == NumberDataViewType.Single, column, role, expected);
        return type.Size;
    }

    public static ulong KeyCount(DataViewSchema.Column column) => column.Type is KeyDataViewType key ? key.Count : 0;

    // The label as a number: a key as its 0-based index, true as 1; NaN where it is missing.
    public static ValueGetter<float> LabelGetter(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is KeyDataViewType)
            return KeyGetter(row, column);
        if (column.Type == NumberDataViewType.Single)
            return row.GetGetter<float>(column);
        return column.Type == NumberDataViewType.Double
            ? Convert<double>(row, column, value => (float)value)
            : Convert<bool>(row, column, value => value ? 1 : 0);
    }

    // The texts of an annotation of known size, or null.
    public static string[] Texts(DataViewSchema.Column column, string kind)
    {
        var type = column.Annotations.Schema.GetColumnOrNull(kind)?.Type as VectorDataViewType;
        if (type is not { Size: > 0 } || type.ItemType is not TextDataViewType)
            return null;
        var texts = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(kind, ref texts);
        return [.. texts.DenseValues().Select(text => text.ToString())];
    }

    private static ValueGetter<float> KeyGetter(DataViewRow row, DataViewSchema.Column column) => column.Type.RawType switch
    {
        var type when type == typeof(byte) => Key<byte>(row, column),
        var type when type == typeof(ushort) => Key<ushort>(row, column),
        var type when type == typeof(uint) => Key<uint>(row, column),
        _ => Key<ulong>(row, column),
    };

    private static ValueGetter<float> Key<T>(DataViewRow row, DataViewSchema.Column column) where T : IBinaryInteger<T> =>
        Convert<T>(row, column, value => T.IsZero(value) ? float.NaN : ulong.CreateChecked(value) - 1);

    private static ValueGetter<float> Convert<T>(DataViewRow row, DataViewSchema.Column column, Func<T, float> convert)
    {
        var getter = row.GetGetter<T>(column);
        var value = default(T);
        return (ref float destination) =>
        {
            getter(ref value);
            destination = convert(value);
        };
    }
}
