using System.Text.RegularExpressions;

namespace MlNetLlm.Tokenization;

/// <summary>What becomes of the places where a rule's pattern matches. Names as in Hugging Face's files.</summary>
internal enum SplitBehavior
{
    /// <summary>Each match is a piece of its own.</summary>
    Isolated,

    /// <summary>Matches are left out.</summary>
    Removed,

    /// <summary>A match ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>A match starts the piece after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring matches are one piece.</summary>
    Contiguous,
}

/// <summary>Cuts a text where a pattern matches.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Behavior">What becomes of the matches.</param>
/// <param name="Invert">The text between matches counts as matched, and the other way round.</param>
internal sealed record SplitRule(SplitPattern Pattern, SplitBehavior Behavior, bool Invert = false)
{
    /// <summary>Adds the pieces of <paramref name="text"/>, which starts at <paramref name="offset"/> of the whole text.</summary>
    public void Split(ReadOnlySpan<char> text, int offset, List<(int Start, int Length)> into)
    {
        var first = into.Count;
        var (at, before) = (0, Matched.Nothing);
        var matches = Pattern.Matches(text);
        while (matches.MoveNext())
        {
            Add(at, matches.Start, Matched.Between);
            Add(matches.Start, matches.End, Matched.Match);
            at = matches.End;
        }
        Add(at, text.Length, Matched.Between);

        void Add(int start, int end, Matched kind)
        {
            if (start == end)
                return;
            if (Invert)
                kind = kind == Matched.Match ? Matched.Between : Matched.Match;
            Append(into, first, (offset + start, end - start), kind, before);
            before = kind;
        }
    }

    private void Append(List<(int Start, int Length)> into, int first, (int Start, int Length) piece, Matched kind, Matched before)
    {
        if (kind == Matched.Match && Behavior == SplitBehavior.Removed)
            return;
        var joins = into.Count > first && Behavior switch
        {
            SplitBehavior.Contiguous => kind == before,
            SplitBehavior.MergedWithPrevious => kind == Matched.Match && before == Matched.Between,
            SplitBehavior.MergedWithNext => kind == Matched.Between && before == Matched.Match,
            _ => false,
        };
        if (joins)
            into[^1] = (into[^1].Start, into[^1].Length + piece.Length);
        else
            into.Add(piece);
    }

    private enum Matched
    {
        Nothing,
        Match,
        Between,
    }
}
