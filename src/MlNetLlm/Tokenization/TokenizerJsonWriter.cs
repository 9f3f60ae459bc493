using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlNetLlm.Tokenization;

/// <summary>Writes a byte-level byte-pair tokenizer as Hugging Face's <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonWriter
{
    /// <summary>Readable: characters as they are, one value a line.</summary>
    public static JsonSerializerOptions Format { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true,
    };

    public static ReadOnlyMemory<byte> Write(BpeDefinition definition)
    {
        var byteLevel = PreTokenizerJson.Write(new WordSplitter([]), addPrefixSpace: definition.AddPrefixSpace);
        var root = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. definition.Added.OrderBy(t => t.Id).Select(Added)]),
            ["normalizer"] = Normalizer(definition.Normalizers),
            ["pre_tokenizer"] = PreTokenizerJson.Write(definition.Splitter, definition.AddPrefixSpace),
            ["post_processor"] = byteLevel,
            ["decoder"] = byteLevel.DeepClone(),
            ["model"] = Model(definition),
        };
        return JsonSerializer.SerializeToUtf8Bytes(root, Format);
    }

    private static JsonObject Added(AddedToken token) => new()
    {
        ["id"] = token.Id,
        ["content"] = token.Content,
        ["single_word"] = token.SingleWord,
        ["lstrip"] = token.LeftStrip,
        ["rstrip"] = token.RightStrip,
        ["normalized"] = token.Normalized,
        ["special"] = token.Special,
    };

    private static JsonObject? Normalizer(IReadOnlyList<TextNormalizer> steps)
    {
        JsonObject[] each = [.. steps.Select(step => new JsonObject { ["type"] = Name(step) })];
        return each switch
        {
            [] => null,
            [var only] => only,
            _ => new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(each) },
        };

        static string Name(TextNormalizer step) => step == TextNormalizer.Lowercase ? "Lowercase" : step.ToString().ToUpperInvariant();
    }

    private static JsonObject Model(BpeDefinition definition)
    {
        var texts = definition.Vocabulary.ToDictionary(entry => entry.Value, entry => entry.Key);
        var vocabulary = texts.OrderBy(entry => entry.Key).Select(entry => KeyValuePair.Create(entry.Value, (JsonNode?)entry.Key));
        var unknown = definition.Added.FirstOrDefault(t => t.Id == definition.Unknown)?.Content
            ?? texts.GetValueOrDefault(definition.Unknown ?? -1);
        return new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = unknown,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = definition.IgnoreMerges,
            ["vocab"] = new JsonObject(vocabulary),
            ["merges"] = new JsonArray([.. definition.Merges.Select(m => (JsonNode)$"{texts[m.Left]} {texts[m.Right]}")]),
        };
    }
}
