using System.Text.Json.Nodes;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

/// <summary>A small <c>tokenizer.json</c>: the 256 bytes, the merges of "the" and " the", and what a test sets.</summary>
internal static class TinyTokenizerJson
{
    public static JsonObject Make()
    {
        var vocabulary = new JsonObject();
        foreach (var character in ByteCharacters().Concat(["th", "the", "Ġthe"]))
            vocabulary[character] = vocabulary.Count;
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(Added(300, "<|endoftext|>")),
            ["normalizer"] = null,
            ["pre_tokenizer"] = ByteLevel(useRegex: true),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray("t h", "th e", "Ġ the"),
            },
        };
    }

    public static JsonObject Added(int id, string content) => new() { ["id"] = id, ["content"] = content, ["special"] = true };

    public static JsonObject ByteLevel(bool useRegex, bool prefix = false)
        => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = prefix, ["use_regex"] = useRegex };

    public static JsonObject Split(string regex, string behavior, bool invert = false) => new()
    {
        ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = regex }, ["behavior"] = behavior, ["invert"] = invert,
    };

    public static JsonObject Sequence(params JsonObject[] steps)
        => new() { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(steps) };

    public static TextTokenizer Load(JsonNode json, TokenizerLimits? limits = null)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json.ToJsonString());
        return TokenizerFile.Load(folder.Path, limits);
    }

    /// <summary>How GPT-2 spells the bytes: printable ones as themselves, the others as characters from 256 on.</summary>
    private static IEnumerable<string> ByteCharacters()
    {
        var next = 256;
        for (var b = 0; b < 256; b++)
            yield return ((char)(b is > 32 and < 127 or > 160 and not 173 ? b : next++)).ToString();
    }
}
