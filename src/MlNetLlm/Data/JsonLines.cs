using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Persistence;

namespace MlNetLlm.Data;

/// <summary>Reads files with a JSON object a line, plain or .gz. Rows stream: only the one at hand is in memory.</summary>
/// <remarks>
/// The first row gives the columns: text, number (Single), true or false (Boolean), and arrays of texts or of numbers (vectors of
/// variable length); an object, or any other array, becomes its JSON text. A later row may leave a key out or have null: the value is then
/// missing (empty text, NaN, false, empty vector). A value of another kind is refused with file and line. Keys that the first row lacks
/// are ignored.
/// </remarks>
public static class JsonLines
{
    private static readonly JsonDocumentOptions _options = new() { MaxDepth = JsonOptions.MaxDepth };

    /// <summary>Reads a file, or a folder's .jsonl files in the order of their names.</summary>
    /// <param name="path">The file or folder, or a data set by name (<see cref="DatasetCatalog.Resolve"/>).</param>
    /// <returns>The data.</returns>
    /// <exception cref="FileNotFoundException">There is nothing to read.</exception>
    /// <exception cref="InvalidDataException">There is no row, or the first is no JSON object.</exception>
    public static IDataView Read(string path) => Read(TextSource.Files(DatasetCatalog.Resolve(path), ".jsonl"));

    /// <summary>Reads a data set's files.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="files">The files to read, in this order; none reads all that end in .jsonl or .jsonl.gz.</param>
    /// <returns>The data.</returns>
    public static IDataView Read(Dataset dataset, params IReadOnlyList<string> files)
    {
        if (files.Count == 0)
            files = [.. dataset.Files.Where(name => TextSource.IsOneOf(name, ".jsonl"))];
        return files.Count > 0 ? Read([.. files.Select(dataset.File)])
            : throw new ArgumentException($"Data set '{dataset.Name}' has no .jsonl file. It has: {string.Join(", ", dataset.Files)}.");
    }

    private static RowsView<Row> Read(IReadOnlyList<string> paths)
    {
        var first = paths.SelectMany(Rows).FirstOrDefault();
        if (first.Values.ValueKind == JsonValueKind.Undefined)
            throw new InvalidDataException($"'{string.Join("', '", paths)}' has no rows.");
        return new RowsView<Row>(() => paths.SelectMany(Rows), [.. first.Values.EnumerateObject().Select(Column)]);
    }

    private static IEnumerable<Row> Rows(string path)
    {
        var line = 0;
        foreach (var text in TextSource.Lines(path))
        {
            line++;
            if (!string.IsNullOrWhiteSpace(text))
                yield return new Row(path, line, Parse(text, path, line));
        }
    }

    private static JsonElement Parse(string text, string path, int line)
    {
        try
        {
            using var document = JsonDocument.Parse(text, _options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document.RootElement.Clone();
            throw new InvalidDataException($"'{path}', line {line}: {document.RootElement.ValueKind}; expected a JSON object.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"'{path}', line {line}: no JSON ({error.Message})", error);
        }
    }

    private static RowsColumn<Row> Column(JsonProperty sample)
    {
        var name = sample.Name;
        return sample.Value.ValueKind switch
        {
            JsonValueKind.Number => new(name, NumberDataViewType.Single,
                (Row row) => row.Find(name) is { } value ? row.Number(name, value) : float.NaN),
            JsonValueKind.True or JsonValueKind.False => new(name, BooleanDataViewType.Instance,
                (Row row) => row.Find(name) is { } value && row.Boolean(name, value)),
            JsonValueKind.Array when All(sample.Value, JsonValueKind.String) => new(name, new VectorDataViewType(TextDataViewType.Instance),
                (Row row) => row.Vector(name, row.Text)),
            JsonValueKind.Array when All(sample.Value, JsonValueKind.Number) => new(name, new VectorDataViewType(NumberDataViewType.Single),
                (Row row) => row.Vector(name, row.Number)),
            JsonValueKind.Array or JsonValueKind.Object => new(name, TextDataViewType.Instance,
                (Row row) => (row.Find(name)?.GetRawText() ?? "").AsMemory()),
            _ => new(name, TextDataViewType.Instance,
                (Row row) => row.Find(name) is { } value ? row.Text(name, value) : default),
        };
    }

    private static bool All(JsonElement array, JsonValueKind kind)
        => array.GetArrayLength() > 0 && array.EnumerateArray().All(item => item.ValueKind == kind);

    private readonly record struct Row(string Path, int Line, JsonElement Values)
    {
        public JsonElement? Find(string name)
            => Values.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        public ReadOnlyMemory<char> Text(string name, JsonElement value)
            => value.ValueKind == JsonValueKind.String ? value.GetString().AsMemory() : throw Mistyped(name, value, "text");

        public float Number(string name, JsonElement value)
            => value.ValueKind == JsonValueKind.Number ? (float)value.GetDouble() : throw Mistyped(name, value, "a number");

        public bool Boolean(string name, JsonElement value)
            => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
                : throw Mistyped(name, value, "true or false");

        public VBuffer<T> Vector<T>(string name, Func<string, JsonElement, T> item)
        {
            if (Find(name) is not { } value)
                return new VBuffer<T>(0, []);
            if (value.ValueKind != JsonValueKind.Array)
                throw Mistyped(name, value, "an array");
            var items = value.EnumerateArray().Select(element => item(name, element)).ToArray();
            return new VBuffer<T>(items.Length, items);
        }

        private InvalidDataException Mistyped(string name, JsonElement value, string expected)
            => new($"'{Path}', line {Line}: '{name}' is {value.ValueKind}; expected {expected}, as in the first row.");
    }
}
