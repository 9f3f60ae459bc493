using System.Globalization;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>A row of separated values; a field's name is the one its column has, or where columns have none its number, from 0.</summary>
internal sealed class TableRow(RowPlace place, string[] values, string[]? names = null) : BenchmarkRow(place)
{
    public override IReadOnlyList<string>? OptionalTexts(string field)
    {
        var column = names is not null ? Array.IndexOf(names, field)
            : int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < values.Length ? number
            : -1;
        return column >= 0 ? [values[column]] : null;
    }
}
