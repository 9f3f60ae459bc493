using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>A SentencePiece model file (<c>tokenizer.model</c>) of kind byte-pair (Llama 2, Mistral) or unigram (T5, ALBERT).</summary>
/// <remarks>
/// Kudo and Richardson 2018. Texts are rewritten as the model says (its own table of characters, spaces as U+2581, one in front), and
/// decoding drops the space in front again. Begin and end pieces decode to nothing and are not recognised in texts.
/// </remarks>
public sealed class SentencePieceModelTokenizer : TextTokenizer
{
    /// <summary>The name of the file in a model folder.</summary>
    internal const string FileName = "tokenizer.model";

    private readonly ReadOnlyMemory<byte> _file;
    private readonly SentencePieceModel _model;
    private readonly byte[][] _utf8;
    private readonly SentencePieceRewriter _rewriter;
    private readonly ScoredPieceMerger? _merger;
    private readonly UnigramEncoder? _unigram;

    private SentencePieceModelTokenizer(SentencePieceModel model, FileBytes file, TokenizerLimits limits)
    {
        (_model, _file) = (model, file.Content);
        var space = model.EscapeWhitespaces ? SentencePieceRewriter.Space : ' ';
        _utf8 = [.. model.Pieces.Select(Utf8Of)];
        _rewriter = new SentencePieceRewriter(model, CharacterMap.Read(file, model.CharacterMap));
        if (model.Kind == SentencePieceModel.Bpe)
            _merger = new ScoredPieceMerger(file, model.Pieces, model.ByteFallback, space, limits);
        else
            _unigram = new UnigramEncoder(model.Pieces, model.ByteFallback, space);
        Special = new SpecialTokens
        {
            Unknown = model.Pieces.FindIndex(p => p.Kind == PieceKind.Unknown),
            Bos = model.Control(model.BosPiece),
            Eos = model.Control(model.EosPiece),
            Pad = model.Control(model.PadPiece),
        };
    }

    /// <inheritdoc/>
    public override int VocabularySize => _model.Pieces.Count;

    /// <inheritdoc/>
    public override SpecialTokens Special { get; }

    /// <inheritdoc/>
    public override string? TokenText(int id) => (uint)id < (uint)_model.Pieces.Count ? _model.Pieces[id].Text : null;

    internal static SentencePieceModelTokenizer Read(FileBytes file, TokenizerLimits limits)
        => new(SentencePieceModel.Read(file, limits), file, limits);

    internal override IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> Files() => [(FileName, _file)];

    private protected override string Rewrite(ReadOnlySpan<char> text) => _rewriter.Rewrite(text);

    private protected override void Encode(ReadOnlySpan<char> text, bool preTokenize, TokenSink sink)
    {
        _merger?.Encode(text, 0, sink);
        _unigram?.Encode(text, sink);
    }

    private protected override ReadOnlySpan<byte> Utf8(int id, bool first)
    {
        var dropsSpace = first && (_model.AddDummyPrefix || _model.RemoveExtraWhitespaces) && _model.Pieces[id].Kind != PieceKind.Unknown;
        return dropsSpace && _utf8[id] is [(byte)' ', .. var rest] ? rest : _utf8[id];
    }

    private protected override bool IsSilent(int id) => _model.Pieces[id].Kind == PieceKind.Control;

    private byte[] Utf8Of(ScoredPiece piece) => piece.Kind switch
    {
        PieceKind.Control => [],
        PieceKind.Unknown => Encoding.UTF8.GetBytes(_model.UnknownSurface),
        PieceKind.Byte when BytePieces.TryParse(piece.Text, out var value) => [value],
        _ => Encoding.UTF8.GetBytes(piece.Text.Replace(SentencePieceRewriter.Space, ' ')),
    };
}
