using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

/// <summary>A view as lines of text, numbers rounded to what batches may change.</summary>
public static class ColumnText
{
    /// <summary>One line a column, in order of the names.</summary>
    public static IReadOnlyList<string> Of(IDataView view, string? except = null) =>
        [.. view.Schema.Where(c => !c.IsHidden && c.Name != except).OrderBy(c => c.Name, StringComparer.Ordinal)
            .Select(c => $"{c.Name}: {string.Join(" | ", Values(view, c))}".Trim())];

    private static IEnumerable<string> Values(IDataView view, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => view.GetColumn<string>(column),
        KeyDataViewType => view.GetColumn<uint>(column).Select(key => $"{key}"),
        NumberDataViewType => view.GetColumn<int>(column).Select(number => $"{number}"),
        VectorDataViewType { ItemType: TextDataViewType } => view.GetColumn<string[]>(column).Select(texts => string.Join(",", texts)),
        VectorDataViewType vector when vector.ItemType.Equals(NumberDataViewType.Int32) =>
            view.GetColumn<int[]>(column).Select(numbers => string.Join(",", numbers)),
        _ => view.GetColumn<float[]>(column).Select(numbers => string.Join(",", numbers.Select(Rounded))),
    };

    private static string Rounded(float number) => (Math.Round(number, 3) + 0.0).ToString("F3", CultureInfo.InvariantCulture);
}
