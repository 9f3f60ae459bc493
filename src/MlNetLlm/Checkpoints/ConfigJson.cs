using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlNetLlm.Checkpoints;

/// <summary>A JSON object with free keys, such as config.json: asked key by key, with refusals that name file, key and value.</summary>
internal sealed class ConfigJson
{
    private const int MaxBytes = 16 << 20;
    private const int MaxDepth = 32;

    private readonly JsonElement _root;

    private ConfigJson(string path, JsonElement root) => (Path, _root) = (path, root);

    /// <summary>Where it was read.</summary>
    internal string Path { get; }

    /// <summary>Reads a file.</summary>
    internal static ConfigJson Read(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
            throw new InvalidDataException($"'{path}' has {new FileInfo(path).Length} bytes, at most {MaxBytes} are read.");
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            RequireUnicode(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ConfigJson(path, document.RootElement.Clone())
                : throw new InvalidDataException($"'{path}' is no JSON object.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"'{path}' is not valid JSON: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidDataException($"'{path}' holds a text that is not Unicode: {error.Message}", error);
        }
    }

    // JSON's reader finds broken UTF-8 and halves of surrogate pairs only where a text is asked for.
    private static void RequireUnicode(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            value.GetString();
        else if (value.ValueKind == JsonValueKind.Array)
            foreach (var item in value.EnumerateArray())
                RequireUnicode(item);
        else if (value.ValueKind == JsonValueKind.Object)
            foreach (var member in value.EnumerateObject())
            {
                _ = member.Name;
                RequireUnicode(member.Value);
            }
    }

    /// <summary>An object made in memory.</summary>
    internal static ConfigJson Of(JsonObject json, string origin) => new(origin, JsonSerializer.SerializeToElement(json));

    /// <summary>All keys.</summary>
    internal IEnumerable<string> Keys => _root.EnumerateObject().Select(member => member.Name);

    /// <summary>Whether the key is absent, null, false or empty: what it stands for is not asked for.</summary>
    internal bool IsOff(string key) => Find(key) is not { } value
        || value.ValueKind == JsonValueKind.False
        || (value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() == 0)
        || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);

    /// <summary>Whether the key holds a list.</summary>
    internal bool IsList(string key) => Find(key)?.ValueKind == JsonValueKind.Array;

    /// <summary>Whether the key holds a text.</summary>
    internal bool IsText(string key) => Find(key)?.ValueKind == JsonValueKind.String;

    /// <summary>Whether the key holds true or false, or is absent.</summary>
    internal bool IsFlag(string key) => Find(key)?.ValueKind is null or JsonValueKind.True or JsonValueKind.False;

    /// <summary>Whether the key is there and not null.</summary>
    internal bool Has(string key) => Find(key) is not null;

    internal int Int(string key) => OptionalInt(key) ?? throw new InvalidDataException($"'{Path}': '{key}' is missing.");

    internal int Int(string key, int absent) => OptionalInt(key) ?? absent;

    internal int? OptionalInt(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(key, "a whole number");

    /// <summary>A whole number or the first of a list of them.</summary>
    internal IReadOnlyList<int> IntOrInts(string key)
    {
        if (Find(key) is not { } value)
            return [];
        var values = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        return values.All(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out _))
            ? [.. values.Select(v => v.GetInt32())]
            : throw Wrong(key, "a whole number or a list of them");
    }

    internal double Number(string key, double absent) => Find(key) is not { } value ? absent
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(key, "a number");

    internal bool Flag(string key, bool absent) => Find(key) is not { } value ? absent
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, "true or false");

    internal string? Text(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, "a text");

    /// <summary>The texts of a list; empty when the key is absent.</summary>
    internal IReadOnlyList<string> Texts(string key) => Find(key) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Wrong(key, "a list of texts");

    /// <summary>An object inside; null when the key is absent.</summary>
    internal ConfigJson? Inner(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new ConfigJson($"{Path}#{key}", value) : throw Wrong(key, "an object");

    /// <summary>Keys and values as texts; empty when the key is absent.</summary>
    internal IReadOnlyDictionary<string, string> TextMap(string key)
    {
        if (Find(key) is not { } value)
            return new Dictionary<string, string>();
        return value.ValueKind == JsonValueKind.Object
            && value.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.String)
            ? value.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!)
            : throw Wrong(key, "an object of texts");
    }

    /// <summary>Refuses a value that the library does not compute.</summary>
    internal void Require(string key, bool isSupported, string supported)
    {
        if (!isSupported)
            throw Wrong(key, supported);
    }

    private JsonElement? Find(string key) =>
        _root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private InvalidDataException Wrong(string key, string expected)
    {
        var text = _root.TryGetProperty(key, out var value) ? value.GetRawText() : "missing";
        return new InvalidDataException(
            $"'{Path}': '{key}' is {(text.Length > 100 ? text[..100] + "…" : text)}, this library takes {expected}.");
    }
}
