using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlNetLlm.Tokenization;

/// <summary>Which token has which role: from a <c>tokenizer_config.json</c>, or by the names that are usual.</summary>
internal static class TokenizerRoles
{
    public const string FileName = "tokenizer_config.json";

    private static readonly Dictionary<string, string[]> UsualNames = new()
    {
        ["bos_token"] = ["<s>", "<|begin_of_text|>", "<|startoftext|>", "<bos>", "<|endoftext|>"],
        ["eos_token"] = ["</s>", "<|end_of_text|>", "<|endoftext|>", "<eos>"],
        ["pad_token"] = ["<pad>", "<|padding|>", "[PAD]", "<|pad|>"],
        ["unk_token"] = ["<unk>", "[UNK]"],
        ["mask_token"] = ["<mask>", "[MASK]"],
    };

    /// <summary>Every usual name of a token with a role.</summary>
    public static IEnumerable<string> AllUsualNames => UsualNames.Values.SelectMany(names => names).Distinct();

    /// <summary>The roles, given how to find a token's id and, where there is one, the configuration file.</summary>
    public static SpecialTokens Find(Func<string, int?> find, CheckedJson? configuration)
    {
        return new SpecialTokens
        {
            Bos = Role("bos_token"),
            Eos = Role("eos_token"),
            Pad = Role("pad_token"),
            Unknown = Role("unk_token"),
            Mask = Role("mask_token"),
        };

        int? Role(string key) => configuration is { } file && !file[key].IsNull
            ? find(file[key].IsObject ? file[key]["content"].Text() : file[key].Text())
            : configuration is null ? UsualNames[key].Select(find).FirstOrDefault(id => id is not null) : null;
    }

    /// <summary>A configuration file that names the roles of a tokenizer's tokens.</summary>
    public static ReadOnlyMemory<byte> Write(TextTokenizer tokenizer)
    {
        var roles = new JsonObject
        {
            ["bos_token"] = Text(tokenizer.Special.Bos),
            ["eos_token"] = Text(tokenizer.Special.Eos),
            ["pad_token"] = Text(tokenizer.Special.Pad),
            ["unk_token"] = Text(tokenizer.Special.Unknown),
            ["mask_token"] = Text(tokenizer.Special.Mask),
        };
        return JsonSerializer.SerializeToUtf8Bytes(roles, TokenizerJsonWriter.Format);

        string? Text(int? id) => id is null ? null : tokenizer.TokenText(id.Value);
    }
}
