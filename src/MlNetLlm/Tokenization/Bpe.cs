namespace MlNetLlm.Tokenization;

/// <summary>What the readers of byte-pair vocabularies share: looking tokens up, reading merges, and checks on the whole.</summary>
internal static class Bpe
{
    /// <summary>The id of a token, added ones first, or null.</summary>
    public static int? Find(string text, IReadOnlyDictionary<string, int> vocabulary, IEnumerable<AddedToken> added)
        => added.FirstOrDefault(t => t.Content == text)?.Id ?? (vocabulary.TryGetValue(text, out var id) ? id : null);

    /// <summary>Makes the tokenizer if every id is used once and every byte of a text has a token.</summary>
    public static ByteLevelBpeTokenizer Build(FileBytes file, BpeDefinition definition)
    {
        CheckIds(file, definition.Vocabulary, definition.Added);
        for (var b = 0; b < 256 && definition.Unknown is null; b++)
            if (ByteAlphabet.IsInUtf8(b) && !definition.Vocabulary.ContainsKey(ByteAlphabet.Character((byte)b).ToString()))
                throw file.Wrong($"the byte 0x{b:X2} has no token, and there is none for unknown bytes");
        return new ByteLevelBpeTokenizer(definition);
    }

    /// <summary>Refuses a vocabulary in which an id is used twice, or which is empty.</summary>
    public static void CheckIds(FileBytes file, IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<AddedToken> added)
    {
        file.Require(vocabulary.Count > 0, "its vocabulary is empty");
        var used = new HashSet<int>();
        foreach (var (text, id) in vocabulary)
            if (!used.Add(id))
                throw file.Wrong($"the id {id} of '{text}' belongs to another token too");
        foreach (var token in added)
            if (!used.Add(token.Id) && vocabulary.GetValueOrDefault(token.Content, token.Id) != token.Id)
                throw file.Wrong($"the added token '{token.Content}' has id {token.Id}, the vocabulary gives it another");
    }

    /// <summary>Reads merges one by one; both sides and the result must be tokens.</summary>
    public sealed class MergeReader(FileBytes file, Dictionary<string, int> vocabulary)
    {
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids =
            vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();

        public List<(int Left, int Right, int Merged)> Merges { get; } = [];

        /// <summary>Adds <c>a b</c>.</summary>
        public void Add(string line)
        {
            var space = line.IndexOf(' ');
            if (space <= 0 || space == line.Length - 1)
                throw file.Wrong($"merge {Merges.Count} is '{Shown(line)}', expected two tokens with a space between");
            Add(line.AsSpan(0, space), line.AsSpan(space + 1), $"{line.AsSpan(0, space)}{line.AsSpan(space + 1)}");
        }

        public void Add(string left, string right) => Add(left, right, left + right);

        private void Add(ReadOnlySpan<char> left, ReadOnlySpan<char> right, string merged)
            => Merges.Add((Id(left), Id(right), Id(merged)));

        private int Id(ReadOnlySpan<char> text)
            => _ids.TryGetValue(text, out var id) ? id
                : throw file.Wrong($"merge {Merges.Count} needs the token '{Shown(text)}', which the vocabulary lacks");

        private static string Shown(ReadOnlySpan<char> text) => text.Length <= 60 ? text.ToString() : $"{text[..60]}…";
    }
}
