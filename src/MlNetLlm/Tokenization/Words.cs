namespace MlNetLlm.Tokenization;

/// <summary>Where a text can be cut without changing its pieces: before a space, if no piece reaches over a space from the left.</summary>
internal static class Words
{
    /// <summary>No piece has a space behind another character, and the space is a piece itself.</summary>
    public static bool AreSeparate(IEnumerable<string> pieces, char space)
    {
        var hasSpace = false;
        foreach (var piece in pieces)
        {
            hasSpace |= piece.Length == 1 && piece[0] == space;
            var start = piece.AsSpan().IndexOfAnyExcept(space);
            if (start >= 0 && piece.AsSpan(start).Contains(space))
                return false;
        }
        return hasSpace;
    }

    /// <summary>The length of the first word: spaces, then what is not space.</summary>
    public static int Length(ReadOnlySpan<char> text, char space)
    {
        var start = text.IndexOfAnyExcept(space);
        var length = start < 0 ? -1 : text[start..].IndexOf(space);
        return length < 0 ? text.Length : start + length;
    }
}
