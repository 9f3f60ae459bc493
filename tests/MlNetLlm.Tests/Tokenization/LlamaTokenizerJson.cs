using System.Text.Json.Nodes;

namespace MlNetLlm.Tests.Tokenization;

/// <summary>A <c>tokenizer.json</c> as converters write it from SentencePiece pieces: every cut of one into two is a merge.</summary>
internal static class LlamaTokenizerJson
{
    /// <param name="pieces">Texts by id.</param>
    public static JsonObject Make(params IEnumerable<string> pieces) => Make(pieces.Select(text => (text, 0f)));

    /// <param name="pieces">Texts by id, and scores: the best merges first.</param>
    public static JsonObject Make(IEnumerable<(string Text, float Score)> pieces)
    {
        var byId = pieces.ToArray();
        var vocabulary = byId.Select((piece, id) => (piece.Text, id)).ToDictionary(p => p.Text, p => p.id);
        var merges = from piece in byId.OrderByDescending(p => p.Score).Select(p => p.Text)
                     where !piece.StartsWith("<0x", StringComparison.Ordinal)
                     from cut in Enumerable.Range(1, piece.Length - 1)
                     where vocabulary.ContainsKey(piece[..cut]) && vocabulary.ContainsKey(piece[cut..])
                     select (JsonNode)$"{piece[..cut]} {piece[cut..]}";
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(Added("<unk>"), Added("<s>"), Added("</s>")),
            ["normalizer"] = Normalizer(),
            ["pre_tokenizer"] = null,
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = "<unk>",
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = new JsonObject(vocabulary.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value))),
                ["merges"] = new JsonArray([.. merges]),
            },
        };

        JsonObject Added(string text) => TinyTokenizerJson.Added(vocabulary[text], text);
    }

    public static JsonObject Metaspace(string scheme, bool split)
        => new() { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = scheme, ["split"] = split };

    private static JsonObject Normalizer() => new()
    {
        ["type"] = "Sequence",
        ["normalizers"] = new JsonArray(
            new JsonObject { ["type"] = "Prepend", ["prepend"] = "▁" },
            new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = "▁" }),
    };
}
