using System.Text.Json;

namespace MlNetLlm.Tokenization;

/// <summary>A value of a JSON file: every question it cannot answer refuses the file and says where.</summary>
internal readonly record struct CheckedJson(FileBytes File, JsonElement Element, string Path)
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsText => Element.ValueKind == JsonValueKind.String;

    public bool IsObject => Element.ValueKind == JsonValueKind.Object;

    /// <summary>Reads a whole file; the number of values and the depth are checked before memory is taken for them.</summary>
    public static CheckedJson Parse(FileBytes file, TokenizerLimits limits)
    {
        var content = file.Content.Span.StartsWith(ByteOrderMark) ? file.Content[ByteOrderMark.Length..] : file.Content;
        try
        {
            CountTokens(file, content.Span, limits);
            var options = new JsonDocumentOptions { MaxDepth = limits.MaxJsonDepth, AllowDuplicateProperties = false };
            return new CheckedJson(file, JsonDocument.Parse(content, options).RootElement, "$");
        }
        catch (JsonException e)
        {
            throw file.Wrong($"it is not JSON that can be read: {e.Message}", e);
        }
        catch (InvalidOperationException e)                     // a key whose bytes are no UTF-8
        {
            throw file.Wrong($"it is not JSON that can be read: {e.Message}", e);
        }
    }

    /// <summary>The member of an object; a value that <see cref="IsNull"/> when it is missing.</summary>
    public CheckedJson this[string name]
    {
        get
        {
            Require(IsObject, "an object");
            return new CheckedJson(File, Element.TryGetProperty(name, out var member) ? member : default, $"{Path}.{name}");
        }
    }

    public string Text()
    {
        Require(IsText, "a text");
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException e)                     // half a surrogate pair
        {
            throw File.Wrong($"{Path} is no valid text", e);
        }
    }

    public string? TextOrNull() => IsNull ? null : Text();

    public bool Flag(bool otherwise)
    {
        if (IsNull)
            return otherwise;
        Require(Element.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false");
        return Element.GetBoolean();
    }

    /// <summary>An id below a limit.</summary>
    public int Id(int limit)
    {
        Require(IsId(Element, limit, out var id), $"an id from 0 to {limit - 1}");
        return id;
    }

    public List<CheckedJson> Items(int limit)
    {
        Require(Element.ValueKind == JsonValueKind.Array, "a list");
        Require(Element.GetArrayLength() <= limit, $"a list of at most {limit} items");
        var items = new List<CheckedJson>(Element.GetArrayLength());
        foreach (var item in Element.EnumerateArray())
            items.Add(new CheckedJson(File, item, $"{Path}[{items.Count}]"));
        return items;
    }

    public List<CheckedJson> ItemsOrNone(int limit) => IsNull ? [] : Items(limit);

    /// <summary>The keys and ids of an object such as <c>{ "a": 0 }</c>.</summary>
    public Dictionary<string, int> Ids(TokenizerLimits limits)
    {
        Require(IsObject, "an object");
        var count = Element.GetPropertyCount();
        Require(count <= limits.MaxVocabulary, $"an object of at most {limits.MaxVocabulary} members");
        var ids = new Dictionary<string, int>(count);
        foreach (var member in Element.EnumerateObject())
        {
            var key = Name(member);
            if (key.Length > limits.MaxTokenLength)
                throw File.Wrong($"{Path} has a token of {key.Length} characters; allowed are {limits.MaxTokenLength}");
            if (!IsId(member.Value, limits.MaxVocabulary, out var id))
                throw File.Wrong($"{Path}['{key}'] is {Shown(member.Value)}, expected an id from 0 to {limits.MaxVocabulary - 1}");
            ids.Add(key, id);
        }
        return ids;
    }

    /// <summary>Refuses the file unless this value is what it should be.</summary>
    public void Require(bool condition, string expected)
    {
        if (!condition)
            throw File.Wrong($"{Path} is {Shown(Element)}, expected {expected}");
    }

    private static bool IsId(JsonElement element, int limit, out int id)
    {
        id = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out id) && id >= 0 && id < limit;
    }

    private string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException e)
        {
            throw File.Wrong($"{Path} has a key that is no valid text", e);
        }
    }

    private static string Shown(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
            return "missing";
        var text = element.GetRawText();
        return text.Length <= 60 ? text : $"{text[..60]}…";
    }

    private static void CountTokens(FileBytes file, ReadOnlySpan<byte> content, TokenizerLimits limits)
    {
        var most = 4L * (limits.MaxVocabulary + limits.MaxMerges);
        var reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = limits.MaxJsonDepth });
        for (var count = 0L; reader.Read(); count++)
            if (count == most)
                throw file.Wrong($"it has more than {most} values");
    }
}
