using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>What becomes of characters that no piece covers: byte pieces, or one unknown token for a run of them.</summary>
internal sealed class ByteSpelling
{
    private readonly int[]? _bytes;
    private readonly int _unknown;

    /// <param name="bytes">Ids of the 256 bytes.</param>
    public ByteSpelling(int[] bytes) => _bytes = bytes;

    /// <param name="pieces">The vocabulary, one of it of kind unknown; the index is the id.</param>
    /// <param name="useBytes">Characters are spelled with byte pieces, if all of them are there.</param>
    public ByteSpelling(IReadOnlyList<ScoredPiece> pieces, bool useBytes)
    {
        while (pieces[_unknown].Kind != PieceKind.Unknown)
            _unknown++;
        _bytes = useBytes ? BytePieces.Ids(pieces) : null;
    }

    /// <summary>Adds the tokens of one character that starts at <paramref name="offset"/> of the whole text.</summary>
    public void Spell(ReadOnlySpan<char> character, int offset, TokenSink sink)
    {
        if (_bytes is null)
            sink.AddOrExtend(_unknown, offset, offset + character.Length);
        else
            AddBytes(_bytes, character, offset, sink);
    }

    private static void AddBytes(int[] ids, ReadOnlySpan<char> character, int offset, TokenSink sink)
    {
        Rune.DecodeFromUtf16(character, out var rune, out _);      // a lone surrogate becomes U+FFFD
        Span<byte> bytes = stackalloc byte[4];
        var count = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < count; i++)
            sink.Add(ids[bytes[i]], offset, i == count - 1 ? offset + character.Length : offset);
    }
}
