using System.Buffers;
using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>SentencePiece's unigram model: of all ways to cut a text into pieces, the one with the largest sum of scores.</summary>
/// <remarks>
/// Kudo 2018, section 3.3; found by dynamic programming over the characters (Viterbi). A character without a piece costs ten less than the
/// lowest score; a user-defined piece scores its bytes times the highest score, less 0.1, so that it wins.
/// </remarks>
internal sealed class UnigramEncoder
{
    private const float UnknownPenalty = 10;
    private const int Unknown = -1;

    private readonly IReadOnlyList<ScoredPiece> _pieces;
    private readonly double[] _scores;
    private readonly float _unknownScore;
    private readonly TextTrie _trie;
    private readonly ByteSpelling _spelling;
    private readonly bool _wordsAreSeparate;
    private readonly char _space;
    private readonly WordCache _cache = new();

    /// <param name="pieces">The vocabulary, one of it of kind unknown; the index is the id.</param>
    /// <param name="useBytes">Spell unknown characters with byte pieces.</param>
    /// <param name="space">The character that stands for a space in the pieces.</param>
    public UnigramEncoder(IReadOnlyList<ScoredPiece> pieces, bool useBytes, char space)
    {
        (_pieces, _space) = (pieces, space);
        var normal = pieces.Where(p => p.Kind == PieceKind.Normal).Select(p => p.Score).DefaultIfEmpty(0).ToArray();
        _unknownScore = normal.Min() - UnknownPenalty;
        _scores = [.. pieces.Select(p => ScoreOf(p, normal.Max()))];
        _trie = TextTrie.Of(pieces, IsFound) ?? new TextTrie([]);
        _spelling = new ByteSpelling(pieces, useBytes);
        _wordsAreSeparate = Words.AreSeparate(pieces.Where(p => IsFound(p.Kind)).Select(p => p.Text), space);
    }

    /// <summary>Adds the tokens of a rewritten text.</summary>
    public void Encode(ReadOnlySpan<char> text, TokenSink sink)
    {
        for (var offset = 0; offset < text.Length && !sink.IsFull;)
        {
            var word = text.Slice(offset, _wordsAreSeparate ? Words.Length(text[offset..], _space) : text.Length - offset);
            if (sink.KeepsRanges)
                EncodeWord(word, offset, sink);
            else
                sink.AddIds(_cache.GetOrEncode(word, EncodeWord));
            offset += word.Length;
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, int offset, TokenSink sink)
    {
        var rented = ArrayPool<Step>.Shared.Rent(word.Length + 1);
        var steps = rented.AsSpan(0, word.Length + 1);
        FindBestPath(word, steps);
        foreach (var (start, end) in Path(steps))
            if (steps[end].Piece == Unknown)
                _spelling.Spell(word[start..end], offset + start, sink);
            else
                sink.Add(steps[end].Piece, offset + start, offset + end);
        ArrayPool<Step>.Shared.Return(rented);
    }

    /// <summary>For each place, the best last piece that ends there. All places between characters can be reached.</summary>
    private void FindBestPath(ReadOnlySpan<char> word, Span<Step> steps)
    {
        steps.Fill(new Step(Unknown, -1, 0));
        for (int start = 0, width; start < word.Length; start += width)
        {
            width = Shadow.Length(word, start);
            var (before, hasCharacter, node) = (steps[start].Score, false, TextTrie.Root);
            for (var end = start; end < word.Length && _trie.TryStep(ref node, word[end]); end++)
                if (_trie.Id(node) is >= 0 and var piece)
                {
                    Improve(ref steps[end + 1], piece, start, _scores[piece] + before);
                    hasCharacter |= end + 1 - start == width;
                }
            if (!hasCharacter)
                Improve(ref steps[start + width], Unknown, start, _unknownScore + before);
        }
    }

    private static void Improve(ref Step step, int piece, int start, double score)
    {
        if (step.Start < 0 || score > step.Score)
            step = new Step(piece, start, (float)score);        // kept in single precision, as SentencePiece does
    }

    private static List<(int Start, int End)> Path(ReadOnlySpan<Step> steps)
    {
        var path = new List<(int Start, int End)>();
        for (var end = steps.Length - 1; end > 0; end = steps[end].Start)
            path.Add((steps[end].Start, end));
        path.Reverse();
        return path;
    }

    private static bool IsFound(PieceKind kind) => kind is PieceKind.Normal or PieceKind.UserDefined;

    private static double ScoreOf(ScoredPiece piece, float highest)
        => piece.Kind == PieceKind.UserDefined ? Encoding.UTF8.GetByteCount(piece.Text) * highest - 0.1 : piece.Score;

    /// <param name="Piece">The last piece of the best path to a place.</param>
    /// <param name="Start">Where that piece starts; below zero where no path is known yet.</param>
    /// <param name="Score">The sum of scores along the path.</param>
    private readonly record struct Step(int Piece, int Start, float Score);
}
