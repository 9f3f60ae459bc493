using Microsoft.ML;

namespace MlNetLlm.Mapping;

/// <summary>Reads text columns of a row.</summary>
internal static class TextColumnReader
{
    /// <summary>A reader of one text column.</summary>
    public static Func<string> Of(DataViewRow row, string column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[column]);
        var text = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref text);
            return text.ToString();
        };
    }
}
