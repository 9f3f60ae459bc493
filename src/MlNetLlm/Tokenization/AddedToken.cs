using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>A token that is found in a text before anything else and stays whole. Names as in Hugging Face's files.</summary>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>It has a role and is no text.</summary>
    public bool Special { get; init; } = true;

    /// <summary>It is looked for after the text has been rewritten, not before.</summary>
    public bool Normalized { get; init; }

    /// <summary>It counts only where no letter, digit or underscore stands beside it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>It takes in the white space before it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>It takes in the white space after it.</summary>
    public bool RightStrip { get; init; }
}

/// <summary>Finds added tokens: the leftmost first, of those the longest.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly TextTrie? _trie;

    public AddedTokens(IReadOnlyList<AddedToken> tokens)
    {
        foreach (var token in tokens)
            _byId[token.Id] = token;
        if (tokens.Count > 0)
            _trie = new TextTrie(tokens.Select(t => (t.Content, t.Id)));
    }

    /// <summary>The first token at or after <paramref name="from"/>, or null.</summary>
    public (int Start, int End, int Id)? Find(ReadOnlySpan<char> text, int from)
    {
        if (_trie is null)
            return null;
        for (var at = from; _trie.Find(text[at..]) is (var start, var length, var id);)
        {
            start += at;
            at = start + length;
            var token = _byId[id];
            if (!token.SingleWord || IsAlone(text, start, at))
                return (token.LeftStrip ? SkipBack(text, start, from) : start, token.RightStrip ? SkipOn(text, at) : at, id);
        }
        return null;
    }

    private static bool IsAlone(ReadOnlySpan<char> text, int start, int end)
        => !(Rune.DecodeLastFromUtf16(text[..start], out var before, out _) == System.Buffers.OperationStatus.Done && IsWord(before))
            && !(Rune.DecodeFromUtf16(text[end..], out var after, out _) == System.Buffers.OperationStatus.Done && IsWord(after));

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || rune.Value == '_';

    private static int SkipBack(ReadOnlySpan<char> text, int start, int from)
    {
        while (start > from && char.IsWhiteSpace(text[start - 1]))
            start--;
        return start;
    }

    private static int SkipOn(ReadOnlySpan<char> text, int end)
    {
        while (end < text.Length && char.IsWhiteSpace(text[end]))
            end++;
        return end;
    }
}
