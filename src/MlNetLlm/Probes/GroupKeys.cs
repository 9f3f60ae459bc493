using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Probes;

/// <summary>Reads a column that tells rows apart by what they belong to, as text: text, whole numbers or keys.</summary>
internal static class GroupKeys
{
    /// <summary>What will do, in words.</summary>
    public const string Expected = "text, a whole number or a key";

    /// <summary>Whether a column's type will do.</summary>
    public static bool Serves(DataViewType type) =>
        type is TextDataViewType or KeyDataViewType
        || type.RawType == typeof(int) || type.RawType == typeof(long) || type.RawType == typeof(uint) || type.RawType == typeof(ulong);

    /// <summary>Makes a reader for a row or cursor.</summary>
    public static Func<string> Of(DataViewRow row, DataViewSchema.Column column) => column.Type.RawType switch
    {
        var raw when raw == typeof(int) => Text<int>(row, column),
        var raw when raw == typeof(long) => Text<long>(row, column),
        var raw when raw == typeof(uint) => Text<uint>(row, column),
        var raw when raw == typeof(ulong) => Text<ulong>(row, column),
        var raw when raw == typeof(byte) => Text<byte>(row, column),
        var raw when raw == typeof(ushort) => Text<ushort>(row, column),
        _ => Text<ReadOnlyMemory<char>>(row, column),
    };

    private static Func<string> Text<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        var value = default(T)!;
        return () =>
        {
            getter(ref value);
            return string.Create(CultureInfo.InvariantCulture, $"{value}");
        };
    }
}
