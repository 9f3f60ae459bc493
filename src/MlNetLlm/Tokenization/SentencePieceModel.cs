namespace MlNetLlm.Tokenization;

/// <summary>What a SentencePiece model file (<c>tokenizer.model</c>, a protocol buffer) says about how to encode.</summary>
internal sealed class SentencePieceModel
{
    public const int Unigram = 1, Bpe = 2;

    private const int MaxKind = (int)PieceKind.Byte;

    public List<ScoredPiece> Pieces { get; } = [];

    /// <summary><see cref="Unigram"/> or <see cref="Bpe"/>.</summary>
    public int Kind { get; private set; } = Unigram;

    public bool ByteFallback { get; private set; }

    public bool AddDummyPrefix { get; private set; } = true;

    public bool RemoveExtraWhitespaces { get; private set; } = true;

    public bool EscapeWhitespaces { get; private set; } = true;

    /// <summary>Which characters are rewritten, packed; see <see cref="CharacterMap"/>.</summary>
    public byte[] CharacterMap { get; private set; } = [];

    /// <summary>What an unknown token reads as.</summary>
    public string UnknownSurface { get; private set; } = " \u2047 ";

    public string BosPiece { get; private set; } = "<s>";

    public string EosPiece { get; private set; } = "</s>";

    public string PadPiece { get; private set; } = "<pad>";

    public static SentencePieceModel Read(FileBytes file, TokenizerLimits limits)
    {
        var model = new SentencePieceModel();
        var fields = new ProtoReader(file, file.Content.Span);
        while (fields.MoveNext())
            switch (fields.Field)
            {
                case 1:
                    if (model.Pieces.Count == limits.MaxVocabulary)
                        throw file.Wrong($"it has more than {limits.MaxVocabulary} pieces");
                    model.Pieces.Add(ReadPiece(file, fields.Message(), model.Pieces.Count, limits));
                    break;
                case 2:
                    model.ReadTrainer(file, fields.Message());
                    break;
                case 3:
                    model.ReadNormalizer(file, fields.Message());
                    break;
            }
        model.Check(file);
        file.RequireSearchable(model.Pieces.Select(p => p.Text), limits);
        return model;
    }

    /// <summary>The id of the control piece of a name, or null.</summary>
    public int? Control(string name)
        => Pieces.FindIndex(p => p.Kind == PieceKind.Control && p.Text == name) is >= 0 and var id ? id : null;

    private static ScoredPiece ReadPiece(FileBytes file, ReadOnlySpan<byte> message, int id, TokenizerLimits limits)
    {
        var (text, score, kind) = ("", 0f, 1);
        var fields = new ProtoReader(file, message);
        while (fields.MoveNext())
            switch (fields.Field)
            {
                case 1: text = fields.Text(); break;
                case 2: score = fields.Float(); break;
                case 3: kind = fields.Int(); break;
            }
        if (text.Length == 0 || text.Length > limits.MaxSearchedTokenLength)
            throw file.Wrong($"piece {id} has {text.Length} characters; allowed are 1 to {limits.MaxSearchedTokenLength}");
        if (!float.IsFinite(score) || kind is < 1 or > MaxKind)
            throw file.Wrong($"piece {id} has score {score} and kind {kind}");
        if (kind == (int)PieceKind.Byte && !BytePieces.TryParse(text, out _))
            throw file.Wrong($"piece {id} is to stand for a byte, but is '{text}'");
        return new ScoredPiece(text, score, (PieceKind)kind);
    }

    private void ReadTrainer(FileBytes file, ReadOnlySpan<byte> message)
    {
        var fields = new ProtoReader(file, message);
        while (fields.MoveNext())
            switch (fields.Field)
            {
                case 3: Kind = fields.Int(); break;
                case 24: file.Require(!fields.Flag(), "it puts white space behind words, which is not supported"); break;
                case 35: ByteFallback = fields.Flag(); break;
                case 44: UnknownSurface = fields.Text(); break;
                case 46: BosPiece = fields.Text(); break;
                case 47: EosPiece = fields.Text(); break;
                case 48: PadPiece = fields.Text(); break;
            }
    }

    private void ReadNormalizer(FileBytes file, ReadOnlySpan<byte> message)
    {
        var fields = new ProtoReader(file, message);
        while (fields.MoveNext())
            switch (fields.Field)
            {
                case 2: CharacterMap = fields.Message().ToArray(); break;
                case 3: AddDummyPrefix = fields.Flag(); break;
                case 4: RemoveExtraWhitespaces = fields.Flag(); break;
                case 5: EscapeWhitespaces = fields.Flag(); break;
            }
    }

    private void Check(FileBytes file)
    {
        file.Require(Kind is Unigram or Bpe, $"its model type is {Kind}; known are unigram (1) and byte-pair (2)");
        file.Require(Pieces.Count(p => p.Kind == PieceKind.Unknown) == 1, "it has not exactly one piece for unknown characters");
        file.Require(!ByteFallback || BytePieces.Ids(Pieces) is not null, "it falls back to bytes, but some byte pieces are missing");
        var texts = new HashSet<string>();
        foreach (var piece in Pieces)
            if (!texts.Add(piece.Text))
                throw file.Wrong($"the piece '{piece.Text}' is there twice");
    }
}
