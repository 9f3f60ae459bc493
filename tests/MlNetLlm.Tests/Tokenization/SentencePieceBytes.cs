using System.Text;

namespace MlNetLlm.Tests.Tokenization;

/// <summary>Writes small SentencePiece model files.</summary>
internal static class SentencePieceBytes
{
    /// <param name="kind">1 unigram, 2 byte-pair.</param>
    /// <param name="pieces">Text, score and kind (1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte) of each.</param>
    /// <param name="characterMap">Packed table of characters to rewrite; null: none.</param>
    public static byte[] Make(int kind, IEnumerable<(string Text, float Score, int Kind)> pieces, byte[]? characterMap = null)
    {
        var model = new MemoryStream();
        foreach (var piece in pieces)
            Field(model, 1, Piece(piece.Text, piece.Score, piece.Kind));
        Field(model, 2, [0x18, (byte)kind]);
        if (characterMap is not null)
            Field(model, 3, NormalizerSpec(characterMap));
        return model.ToArray();
    }

    /// <summary>Texts and scores of the pieces of a model file, by id.</summary>
    public static IEnumerable<(string Text, float Score)> Read(byte[] model)
    {
        var reader = new BinaryReader(new MemoryStream(model));
        while (reader.ReadByte() == (1 << 3 | 2))
        {
            var end = reader.Read7BitEncodedInt() + reader.BaseStream.Position;
            reader.ReadByte();
            var text = Encoding.UTF8.GetString(reader.ReadBytes(reader.Read7BitEncodedInt()));
            yield return (text, reader.ReadByte() == 0x15 ? reader.ReadSingle() : 0);
            reader.BaseStream.Position = end;
        }
    }

    private static byte[] Piece(string text, float score, int kind)
    {
        var piece = new MemoryStream();
        Field(piece, 1, Encoding.UTF8.GetBytes(text));
        piece.Write([0x15, .. BitConverter.GetBytes(score), 0x18, (byte)kind]);
        return piece.ToArray();
    }

    private static byte[] NormalizerSpec(byte[] characterMap)
    {
        var spec = new MemoryStream();
        Field(spec, 2, characterMap);
        return spec.ToArray();
    }

    private static void Field(MemoryStream into, int number, byte[] content)
    {
        var writer = new BinaryWriter(into);
        writer.Write((byte)(number << 3 | 2));
        writer.Write7BitEncodedInt(content.Length);
        writer.Write(content);
    }
}
