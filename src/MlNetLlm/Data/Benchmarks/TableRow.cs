using System.Globalization;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>A row of tab-separated values; a field's name is its number, from 0.</summary>
internal sealed class TableRow(RowPlace place, string[] values) : BenchmarkRow(place)
{
    public override IReadOnlyList<string>? OptionalTexts(string field) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var column) && column < values.Length
            ? [values[column]]
            : null;
}
