namespace MlNetLlm.Tokenization;

/// <summary>One entry of a SentencePiece vocabulary.</summary>
internal readonly record struct ScoredPiece(string Text, float Score, PieceKind Kind);

/// <summary>What a piece is for; the numbers are those of SentencePiece's model file.</summary>
internal enum PieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>The 256 pieces <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> that stand for single bytes.</summary>
internal static class BytePieces
{
    public static bool TryParse(string text, out byte value)
    {
        value = 0;
        return text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
            && byte.TryParse(text.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value);
    }

    /// <summary>The text of the piece for a byte.</summary>
    public static string Name(int value) => $"<0x{value:X2}>";

    /// <summary>Ids of the 256 byte pieces, or null where some are missing.</summary>
    public static int[]? Ids(IReadOnlyList<ScoredPiece> pieces)
    {
        var ids = new int[256];
        Array.Fill(ids, -1);
        for (var id = pieces.Count - 1; id >= 0; id--)
            if (pieces[id].Kind == PieceKind.Byte && TryParse(pieces[id].Text, out var value))
                ids[value] = id;
        return ids.Contains(-1) ? null : ids;
    }
}
