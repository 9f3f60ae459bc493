namespace MlNetLlm.Tokenization;

/// <summary>
/// Reads GPT-2's two files: tokens with ids (<c>vocab.json</c>, <c>encoder.json</c>) and merges (<c>merges.txt</c>, <c>vocab.bpe</c>).
/// </summary>
internal static class Gpt2Vocabulary
{
    private const string VersionLine = "#version";

    public static ByteLevelBpeTokenizer Read(CheckedJson vocabularyFile, FileBytes mergesFile, CheckedJson? roles, TokenizerLimits limits)
    {
        var vocabulary = vocabularyFile.Ids(limits);
        var added = TokenizerRoles.AllUsualNames.Where(vocabulary.ContainsKey)
            .Select(name => new AddedToken(vocabulary[name], name) { LeftStrip = name == "<mask>" }).ToArray();
        return Bpe.Build(mergesFile, new BpeDefinition
        {
            Vocabulary = vocabulary,
            Merges = ReadMerges(mergesFile, vocabulary, limits),
            Added = added,
            Special = TokenizerRoles.Find(text => Bpe.Find(text, vocabulary, added), roles),
        });
    }

    private static List<(int Left, int Right, int Merged)> ReadMerges(
        FileBytes file, Dictionary<string, int> vocabulary, TokenizerLimits limits)
    {
        var reader = new Bpe.MergeReader(file, vocabulary);
        ReadOnlySpan<char> text = file.Utf8(file.Content.Span, "it");
        if (text.StartsWith(VersionLine, StringComparison.Ordinal))
            text = text[(text.IndexOf('\n') + 1)..];
        foreach (var range in text.Split('\n'))
            if (text[range].TrimEnd('\r') is { IsEmpty: false } line)
            {
                if (reader.Merges.Count == limits.MaxMerges)
                    throw file.Wrong($"it has more than {limits.MaxMerges} merges");
                reader.Add(line.ToString());
            }
        return reader.Merges;
    }
}
