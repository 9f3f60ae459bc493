using System.Buffers.Binary;
using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>
/// The tokenizer of llama2.c (<c>tokenizer.bin</c>, <c>tok512.bin</c>): SentencePiece byte-pair pieces with scores and byte pieces.
/// </summary>
/// <remarks>
/// File, little endian: int32 length of the longest token, then for each id float32 score, int32 length, UTF-8 bytes, up to the end.
/// Id 0 is unknown, 1 begins and 2 ends a text. A text is encoded with a space in front of it, and decoding drops the space of the first
/// token, so that decoding gives back what was encoded. Begin and end tokens decode to nothing.
/// </remarks>
public sealed class Llama2CTokenizer : TextTokenizer
{
    /// <summary>The name of the file in a model folder.</summary>
    internal const string FileName = "tokenizer.bin";

    private const int Unknown = 0, Bos = 1, Eos = 2;

    private readonly List<ScoredPiece> _pieces;
    private readonly byte[][] _utf8;
    private readonly ScoredPieceMerger _merger;

    private Llama2CTokenizer(List<ScoredPiece> pieces, FileBytes file, TokenizerLimits limits)
    {
        _pieces = pieces;
        _utf8 = [.. pieces.Select(Utf8Of)];
        _merger = new ScoredPieceMerger(file, pieces, useBytes: true, space: ' ', limits);
    }

    /// <inheritdoc/>
    public override int VocabularySize => _pieces.Count;

    /// <inheritdoc/>
    public override SpecialTokens Special { get; } = new() { Unknown = Unknown, Bos = Bos, Eos = Eos };

    /// <summary>Reads a tokenizer file.</summary>
    /// <param name="path">The file; gzip is unpacked.</param>
    /// <param name="limits">What the file may ask for; null: <see cref="TokenizerLimits.Default"/>.</param>
    /// <exception cref="InvalidDataException">The file is not one of llama2.c's tokenizers, or passes a limit.</exception>
    public static Llama2CTokenizer Load(string path, TokenizerLimits? limits = null)
    {
        var file = FileBytes.Read(path, limits ??= TokenizerLimits.Default);
        return Read(file, limits);
    }

    /// <inheritdoc/>
    public override string? TokenText(int id) => (uint)id < (uint)_pieces.Count ? _pieces[id].Text : null;

    internal static Llama2CTokenizer Read(FileBytes file, TokenizerLimits limits)
    {
        var bytes = file.Content.Span;
        file.Require(bytes.Length >= 4, "it has no header");
        var longest = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        file.Require(longest > 0, $"its longest token is said to have {longest} bytes");
        var pieces = new List<ScoredPiece>();
        for (var at = 4; at < bytes.Length;)
        {
            file.Require(pieces.Count < limits.MaxVocabulary, $"it has more than {limits.MaxVocabulary} tokens");
            pieces.Add(ReadPiece(file, pieces.Count, ref at));
        }
        file.Require(pieces.Count > Eos, $"it has {pieces.Count} tokens, but unknown, begin and end (0, 1, 2) are needed");
        file.RequireSearchable(pieces.Select(p => p.Text), limits);
        return new Llama2CTokenizer(pieces, file, limits);
    }

    internal override IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> Files()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(_pieces.Max(p => Encoding.UTF8.GetByteCount(p.Text)));
        foreach (var piece in _pieces)
        {
            var utf8 = Encoding.UTF8.GetBytes(piece.Text);
            writer.Write(piece.Score);
            writer.Write(utf8.Length);
            writer.Write(utf8);
        }
        writer.Flush();
        return [(FileName, stream.ToArray())];
    }

    private protected override string Rewrite(ReadOnlySpan<char> text) => text.IsEmpty ? "" : $" {text}";

    private protected override void Encode(ReadOnlySpan<char> text, bool preTokenize, TokenSink sink) => _merger.Encode(text, 0, sink);

    private protected override ReadOnlySpan<byte> Utf8(int id, bool first)
        => first && _utf8[id] is [(byte)' ', .. var rest] && _pieces[id].Kind == PieceKind.Normal ? rest : _utf8[id];

    private protected override bool IsSilent(int id) => _pieces[id].Kind == PieceKind.Control;

    private static ScoredPiece ReadPiece(FileBytes file, int id, ref int at)
    {
        var bytes = file.Content.Span;
        file.Require(bytes.Length - at >= 8, $"it ends inside token {id}");
        var score = BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 4)..]);
        at += 8;
        file.Require(float.IsFinite(score), $"the score of token {id} is {score}");
        var left = bytes.Length - at;
        file.Require(length >= 0 && length <= left, $"token {id} is said to have {length} bytes, {left} are left");
        var text = file.Utf8(bytes.Slice(at, length), $"token {id}");
        at += length;
        return new ScoredPiece(text, score, KindOf(id, text));
    }

    private static PieceKind KindOf(int id, string text) => id switch
    {
        Unknown => PieceKind.Unknown,
        Bos or Eos => PieceKind.Control,
        _ => text.Length == 0 ? PieceKind.Control : BytePieces.TryParse(text, out _) ? PieceKind.Byte : PieceKind.Normal,
    };

    private static byte[] Utf8Of(ScoredPiece piece) => piece.Kind switch
    {
        PieceKind.Control => [],
        PieceKind.Byte when BytePieces.TryParse(piece.Text, out var value) => [value],
        _ => Encoding.UTF8.GetBytes(piece.Text),
    };
}
