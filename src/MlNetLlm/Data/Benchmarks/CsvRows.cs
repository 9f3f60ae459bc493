using System.Text;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>
/// Reads comma-separated values (RFC 4180): a field in quotes may hold commas, line ends and, doubled, quotes. The first row names the
/// fields. Rows stream; a quote that is never closed is refused before much is read.
/// </summary>
internal static class CsvRows
{
    /// <summary>The longest row, in characters.</summary>
    internal const int MaxCharacters = 1 << 20;

    /// <summary>The rows after the first, each with the names that the first gives.</summary>
    /// <exception cref="InvalidDataException">A quote is not closed, or a row has another number of fields than the first.</exception>
    public static IEnumerable<TableRow> Read(string path)
    {
        string[]? names = null;
        foreach (var (place, fields) in Rows(path))
        {
            if (names is null)
            {
                names = fields;
                continue;
            }
            if (fields.Length != names.Length)
                throw place.Fault($"there are {fields.Length} fields", $"{names.Length}, as in the first row");
            yield return new TableRow(place, fields, names);
        }
    }

    private static IEnumerable<(RowPlace Place, string[] Fields)> Rows(string path)
    {
        var number = 0L;
        var row = new StringBuilder();
        RowPlace? begun = null;    // the place of a row that a quote carries over the end of its line
        foreach (var line in TextSource.Lines(path))
        {
            number++;
            if (begun is null && line.Length == 0)
                continue;
            var place = begun ?? new RowPlace(path, "line", number);
            row.Append(begun is null ? "" : "\n").Append(line);
            if (row.Length > MaxCharacters)
                throw place.Fault($"a row of more than {MaxCharacters} characters begins here", "a closing quote");
            // Quotes come in pairs, doubled ones too: an odd one leaves the row open, or closes it.
            var odd = (line.AsSpan().Count('"') & 1) == 1;
            begun = odd == (begun is null) ? place : null;
            if (begun is not null)
                continue;
            var fields = Split(row.ToString(), place);
            row.Clear();
            yield return (place, fields);
        }
        if (begun is not null)
            throw begun.Fault("a quote is opened and never closed", "a closing quote");
    }

    private static string[] Split(string row, RowPlace place)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var at = 0; ; at++)    // at stands at a field's first character, then behind its last
        {
            field.Clear();
            if (at < row.Length && row[at] == '"')
            {
                for (at++; ; at++)
                {
                    var quote = row.IndexOf('"', at);
                    if (quote < 0)
                        throw place.Fault($"the quotes of field {fields.Count + 1} are not closed", "a closing quote");
                    field.Append(row, at, quote - at);
                    at = quote + 1;
                    if (at == row.Length || row[at] != '"')
                        break;
                    field.Append('"');
                }
                if (at < row.Length && row[at] != ',')
                    throw place.Fault($"'{row[at]}' follows the quotes of field {fields.Count + 1}", "a comma");
            }
            else
            {
                var comma = row.IndexOf(',', at);
                var end = comma < 0 ? row.Length : comma;
                field.Append(row, at, end - at);
                at = end;
            }
            fields.Add(field.ToString());
            if (at == row.Length)
                return [.. fields];
        }
    }
}
