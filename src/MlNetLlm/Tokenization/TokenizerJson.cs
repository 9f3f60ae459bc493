using System.Text.Json;

namespace MlNetLlm.Tokenization;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c> where it holds a byte-level byte-pair model.</summary>
/// <remarks>
/// Understood: normalizers NFC, NFD, Lowercase; pre-tokenizers ByteLevel, Split, Digits; sequences of either; added tokens.
/// Anything else that would change the tokens is refused by name. Post-processor and decoder are not needed: nothing is added to a text
/// here, and byte-level tokens have one way only to be decoded. Dropout is for training and left out.
/// </remarks>
internal static class TokenizerJson
{
    public const string FileName = "tokenizer.json";

    public static ByteLevelBpeTokenizer Read(CheckedJson root, CheckedJson? roles, TokenizerLimits limits)
    {
        var model = root["model"];
        var type = model["type"].TextOrNull() ?? "BPE";
        model["type"].Require(type == "BPE", "\"BPE\"");
        foreach (var affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            model[affix].Require(string.IsNullOrEmpty(model[affix].TextOrNull()), "nothing: byte-level tokens carry no marks");
        var vocabulary = model["vocab"].Ids(limits);
        var added = ReadAdded(root["added_tokens"], limits);
        var (splitter, prefix) = PreTokenizerJson.Read(root["pre_tokenizer"], limits);
        root.File.Require(!prefix || !added.Any(t => t.RightStrip), "add_prefix_space and tokens with rstrip are not supported together");
        var normalizers = new List<TextNormalizer>();
        ReadNormalizer(root["normalizer"], normalizers, limits);
        return Bpe.Build(root.File, new BpeDefinition
        {
            Vocabulary = vocabulary,
            Merges = ReadMerges(model["merges"], vocabulary, limits),
            Added = added,
            Normalizers = normalizers,
            Splitter = splitter,
            AddPrefixSpace = prefix,
            IgnoreMerges = model["ignore_merges"].Flag(otherwise: false),
            Unknown = model["unk_token"].TextOrNull() is { } unknown ? Bpe.Find(unknown, vocabulary, added) : null,
            Special = TokenizerRoles.Find(text => Bpe.Find(text, vocabulary, added), roles),
        });
    }

    /// <summary>Whether the file's words are spelled byte by byte, which is what can be read here.</summary>
    public static bool IsByteLevel(CheckedJson root)
    {
        var step = root["pre_tokenizer"];
        return step.IsObject && (step["type"].TextOrNull() == "ByteLevel"
            || step["pretokenizers"].ItemsOrNone(int.MaxValue).Any(inner => inner.IsObject && inner["type"].TextOrNull() == "ByteLevel"));
    }

    public static AddedToken[] ReadAdded(CheckedJson list, TokenizerLimits limits)
    {
        AddedToken[] added = [.. list.ItemsOrNone(limits.MaxVocabulary).Select(item => ReadAddedToken(item, limits))];
        list.File.RequireSearchable(added.Select(t => t.Content), limits);
        return added;
    }

    private static AddedToken ReadAddedToken(CheckedJson item, TokenizerLimits limits)
    {
        var content = item["content"].Text();
        item["content"].Require(content.Length > 0, "a text that is not empty");
        return new AddedToken(item["id"].Id(limits.MaxVocabulary), content)
        {
            Special = item["special"].Flag(otherwise: true),
            Normalized = item["normalized"].Flag(otherwise: false),
            SingleWord = item["single_word"].Flag(otherwise: false),
            LeftStrip = item["lstrip"].Flag(otherwise: false),
            RightStrip = item["rstrip"].Flag(otherwise: false),
        };
    }

    private static void ReadNormalizer(CheckedJson normalizer, List<TextNormalizer> into, TokenizerLimits limits)
    {
        if (normalizer.IsNull)
            return;
        var type = normalizer["type"].Text();
        if (type == "Sequence")
            foreach (var inner in normalizer["normalizers"].Items(limits.MaxPatternLength))
                ReadNormalizer(inner, into, limits);
        else if (Enum.GetNames<TextNormalizer>().FirstOrDefault(name => name.Equals(type, StringComparison.OrdinalIgnoreCase)) is { } known)
            into.Add(Enum.Parse<TextNormalizer>(known));
        else
            normalizer["type"].Require(false, "a normalizer that is understood: NFC, NFD, Lowercase, Sequence");
    }

    /// <summary>Merges stand as <c>"a b"</c> or as <c>["a", "b"]</c>.</summary>
    public static List<(int Left, int Right, int Merged)> ReadMerges(
        CheckedJson merges, Dictionary<string, int> vocabulary, TokenizerLimits limits)
    {
        var reader = new Bpe.MergeReader(merges.File, vocabulary);
        merges.Require(merges.Element.ValueKind == JsonValueKind.Array, "a list");
        merges.Require(merges.Element.GetArrayLength() <= limits.MaxMerges, $"a list of at most {limits.MaxMerges} items");
        foreach (var element in merges.Element.EnumerateArray())
        {
            var item = new CheckedJson(merges.File, element, merges.Path);
            if (item.IsText)
                reader.Add(item.Text());
            else
            {
                var pair = item.Items(limit: 2);
                item.Require(pair.Count == 2, "a pair of texts");
                reader.Add(pair[0].Text(), pair[1].Text());
            }
        }
        return reader.Merges;
    }
}
