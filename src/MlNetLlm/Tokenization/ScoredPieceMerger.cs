using System.Buffers;
using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>
/// SentencePiece's byte-pair encoding: starts from characters and joins the neighbours whose joint text is the best-scored piece.
/// </summary>
/// <remarks>
/// The joins a vocabulary allows are worked out once: every cut of every piece into two known symbols. User-defined pieces are found first
/// and stay whole. A character that is no piece is spelled with byte pieces where the vocabulary has them, and is unknown otherwise
/// (a run of unknown characters is one token). A piece of kind "unused" may arise while joining and is taken apart again.
/// </remarks>
internal sealed class ScoredPieceMerger
{
    private const int NoSymbol = -1;

    private readonly IReadOnlyList<ScoredPiece> _pieces;
    private readonly Dictionary<int, int> _characters = [];                // code point -> id, or pieces.Count + n where it is no piece
    private readonly Dictionary<int, (int Left, int Right)> _parts = [];   // unused piece -> the two symbols it is made of
    private readonly MergeTable _table = new();
    private readonly TextTrie? _userDefined;
    private readonly ByteSpelling _spelling;
    private readonly char _space;
    private readonly bool _wordsAreSeparate;
    private readonly WordCache _cache = new();

    /// <param name="file">Where the pieces come from.</param>
    /// <param name="pieces">The vocabulary; the index is the id.</param>
    /// <param name="useBytes">Spell unknown characters with byte pieces.</param>
    /// <param name="space">The character that stands for a space in the pieces.</param>
    /// <param name="limits">How many merges there may be.</param>
    public ScoredPieceMerger(FileBytes file, IReadOnlyList<ScoredPiece> pieces, bool useBytes, char space, TokenizerLimits limits)
    {
        (_pieces, _space) = (pieces, space);
        _spelling = new ByteSpelling(pieces, useBytes);
        _userDefined = TextTrie.Of(pieces, kind => kind == PieceKind.UserDefined);
        var symbols = Symbols();
        AddMerges(symbols.GetAlternateLookup<ReadOnlySpan<char>>(), file, limits.MaxMerges);
        _wordsAreSeparate = Words.AreSeparate(symbols.Where(symbol => symbol.Value < pieces.Count).Select(symbol => symbol.Key), space);
    }

    /// <summary>Adds the tokens of <paramref name="text"/>, which starts at <paramref name="offset"/> of the whole text.</summary>
    public void Encode(ReadOnlySpan<char> text, int offset, TokenSink sink)
    {
        while (_userDefined?.Find(text) is (var start, var length, var id))
        {
            EncodeWords(text[..start], offset, sink);
            sink.Add(id, offset + start, offset + start + length);
            offset += start + length;
            text = text[(start + length)..];
        }
        EncodeWords(text, offset, sink);
    }

    private void EncodeWords(ReadOnlySpan<char> text, int offset, TokenSink sink)
    {
        while (!text.IsEmpty && !sink.IsFull)
        {
            var word = text[..(_wordsAreSeparate ? Words.Length(text, _space) : text.Length)];
            if (sink.KeepsRanges)
                EncodeWord(word, offset, sink);
            else
                sink.AddIds(_cache.GetOrEncode(word, EncodeWord));
            offset += word.Length;
            text = text[word.Length..];
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, int offset, TokenSink sink)
    {
        var rented = ArrayPool<int>.Shared.Rent(word.Length * 2);
        var symbols = rented.AsSpan(0, word.Length);
        var ends = rented.AsSpan(word.Length, word.Length);
        var count = 0;
        for (var at = 0; at < word.Length; count++)
        {
            Rune.DecodeFromUtf16(word[at..], out var rune, out var length);
            at += length;
            symbols[count] = _characters.GetValueOrDefault(rune.Value, NoSymbol);
            ends[count] = at;
        }
        count = PairMerger.Merge(symbols[..count], ends[..count], _table);
        var start = 0;
        for (var i = 0; i < count; start = ends[i++])
            Emit(symbols[i], word[start..ends[i]], offset + start, sink);
        ArrayPool<int>.Shared.Return(rented);
    }

    private void Emit(int symbol, ReadOnlySpan<char> text, int offset, TokenSink sink)
    {
        if (symbol == NoSymbol || symbol >= _pieces.Count)
            _spelling.Spell(text, offset, sink);
        else if (_parts.TryGetValue(symbol, out var parts))
        {
            var cut = parts.Left < _pieces.Count ? _pieces[parts.Left].Text.Length : Shadow.Length(text, 0);
            Emit(parts.Left, text[..cut], offset, sink);
            Emit(parts.Right, text[cut..], offset + cut, sink);
        }
        else
            sink.Add(symbol, offset, offset + text.Length);
    }

    /// <summary>Every text that can be one side of a join: pieces, and the characters they are made of.</summary>
    private Dictionary<string, int> Symbols()
    {
        var symbols = new Dictionary<string, int>();
        for (var id = 0; id < _pieces.Count; id++)
            if (_pieces[id].Kind is PieceKind.Normal or PieceKind.Unused)
                symbols.TryAdd(_pieces[id].Text, id);
        for (var id = 0; id < _pieces.Count; id++)
            if (_pieces[id].Kind is PieceKind.Normal or PieceKind.Unused)
                foreach (var rune in _pieces[id].Text.EnumerateRunes())
                    if (_characters.TryAdd(rune.Value, NoSymbol))
                        _characters[rune.Value] = SymbolOf(rune.ToString());
        return symbols;

        int SymbolOf(string character)
        {
            if (!symbols.TryGetValue(character, out var symbol))
                symbols.Add(character, symbol = _pieces.Count + symbols.Count);
            return symbol;
        }
    }

    private void AddMerges(Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> symbols, FileBytes file, int most)
    {
        var scores = _pieces.Select(p => p.Score).Distinct().OrderDescending().ToArray();
        var priorities = scores.Select((score, i) => (score, i)).ToDictionary(p => p.score, p => p.i);
        for (var id = 0; id < _pieces.Count; id++)
        {
            ReadOnlySpan<char> text = _pieces[id].Text;
            if (_pieces[id].Kind is not (PieceKind.Normal or PieceKind.Unused) || symbols[text] != id)
                continue;
            if (_table.Count > most)
                throw file.Wrong($"its pieces can be joined in more than {most} ways; raise MaxMerges to allow it");
            for (var cut = 1; cut < text.Length; cut++)
                if (symbols.TryGetValue(text[..cut], out var left) && symbols.TryGetValue(text[cut..], out var right))
                {
                    _table.TryAdd(left, right, priorities[_pieces[id].Score], id);
                    if (_pieces[id].Kind == PieceKind.Unused)
                        _parts[id] = (left, right);
                }
        }
    }
}
