using System.Text.Json;
using MlNetLlm.Persistence;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>Reads a file's rows, one at a time, whatever its form. A row is valid until the next is asked for.</summary>
internal static class BenchmarkRows
{
    private static readonly JsonDocumentOptions _options = new() { MaxDepth = JsonOptions.MaxDepth };

    public static IEnumerable<BenchmarkRow> Read(string path, string rows)
    {
        if (rows.Length > 0)
            return Elements(path, rows.Split('/', StringSplitOptions.RemoveEmptyEntries));
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".tsv" => Table(path),
            ".csv" => CsvRows.Read(path),
            _ => Lines(path),
        };
    }

    private static IEnumerable<BenchmarkRow> Table(string path)
    {
        foreach (var (place, line) in NumberedLines(path))
            yield return new TableRow(place, line.Split('\t'));
    }

    private static IEnumerable<BenchmarkRow> Lines(string path)
    {
        foreach (var (place, line) in NumberedLines(path))
        {
            using var document = Parse(line, place);
            yield return new JsonRow(place, [document.RootElement]);
        }
    }

    private static IEnumerable<BenchmarkRow> Elements(string path, string[] names)
    {
        var number = 0L;
        foreach (var element in JsonArrayReader.Read(path, names.Length > 0 ? names[0] : ""))
        {
            var place = new RowPlace(path, "element", ++number);
            foreach (var levels in Inner([element], names.Skip(1).ToArray(), place))
                yield return new JsonRow(place, levels);
        }
    }

    /// <summary>The elements of the arrays nested under the names, each with what it stands in.</summary>
    private static IEnumerable<JsonElement[]> Inner(JsonElement[] levels, string[] names, RowPlace place)
    {
        if (names.Length == 0)
            return [levels];
        if (levels[0].ValueKind != JsonValueKind.Object || !levels[0].TryGetProperty(names[0], out var array)
            || array.ValueKind != JsonValueKind.Array)
            throw place.Fault($"there is no array '{names[0]}'", "one");
        return array.EnumerateArray().SelectMany(inner => Inner([inner, .. levels], names[1..], place));
    }

    private static IEnumerable<(RowPlace Place, string Line)> NumberedLines(string path)
    {
        var number = 0L;
        foreach (var line in TextSource.Lines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                yield return (new RowPlace(path, "line", number), line);
        }
    }

    private static JsonDocument Parse(string line, RowPlace place)
    {
        try
        {
            return JsonDocument.Parse(line, _options);
        }
        catch (JsonException error)
        {
            throw place.Fault($"the JSON is damaged ({error.Message})", "one object", error);
        }
    }
}
