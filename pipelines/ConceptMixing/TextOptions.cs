namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// The text: blocks of paragraphs are dealt out, by chance but the same in every run, to four splits that have no block in common: A for
/// tokenizer, teacher and autoencoder, B for students, V for validation, and a rest that is not used.
/// </summary>
public sealed record TextOptions
{
    /// <summary>Where the text comes from.</summary>
    /// <value>Catalog.</value>
    public TextOrigin Origin { get; init; } = TextOrigin.Catalog;

    /// <summary>The data set of <see cref="TextOrigin.Catalog"/>, or the folder of <see cref="TextOrigin.Folder"/>.</summary>
    /// <value>standardebooks.</value>
    public string Name { get; init; } = "standardebooks";

    /// <summary>The same for X, the second domain.</summary>
    /// <value>wikitext2.</value>
    public string ShiftName { get; init; } = "wikitext2";

    /// <summary>Blocks that are made where text is generated.</summary>
    /// <value>2,000.</value>
    public int GeneratedBlocks { get; init; } = 2000;

    /// <summary>Paragraphs of a block.</summary>
    /// <value>20.</value>
    public int BlockParagraphs { get; init; } = 20;

    /// <summary>Share of the blocks that are A.</summary>
    /// <value>0.4.</value>
    public double TeacherShare { get; init; } = 0.4;

    /// <summary>Share of the blocks that are B; of X, the share that students train on.</summary>
    /// <value>0.5.</value>
    public double StudentShare { get; init; } = 0.5;

    /// <summary>Share of the blocks that are V; the same of X.</summary>
    /// <value>0.06.</value>
    public double ValidationShare { get; init; } = 0.06;

    /// <summary>Share of the blocks of X that students train on; V_X has <see cref="ValidationShare"/>.</summary>
    /// <value>0.9.</value>
    public double ShiftStudentShare { get; init; } = 0.9;

    /// <summary>Tokens of V that final losses are measured on, at most.</summary>
    /// <value>200,000.</value>
    public int ValidationTokens { get; init; } = 200_000;

    /// <summary>Tokens of V, the first ones, that the curves along training are measured on.</summary>
    /// <value>10,000.</value>
    public int CurveTokens { get; init; } = 10_000;

    /// <summary>Entries of the vocabulary that is learned from A; a teacher from a folder brings its own.</summary>
    /// <value>1,024.</value>
    public int VocabularySize { get; init; } = 1024;

    /// <summary>T: tokens of a window. Windows are fixed and do not overlap.</summary>
    /// <value>64.</value>
    public int SequenceLength { get; init; } = 64;

    internal IEnumerable<string> Faults()
    {
        if (!Enum.IsDefined(Origin)) yield return $"Text.Origin is {Origin}; expected {string.Join(", ", Enum.GetNames<TextOrigin>())}.";
        double[] shares = [TeacherShare, StudentShare, ValidationShare];
        if (shares.Any(share => !(share > 0)) || shares.Sum() > 1 + 1e-9)
            yield return $"Text.TeacherShare, StudentShare and ValidationShare are {string.Join(", ", shares)}; expected above 0, and 1 "
                + "together at most.";
        if (!(ShiftStudentShare > 0) || ShiftStudentShare + ValidationShare > 1 + 1e-9)
            yield return $"Text.ShiftStudentShare is {ShiftStudentShare}; expected above 0, and 1 together with ValidationShare at most.";
        if (BlockParagraphs < 1 || GeneratedBlocks < 20)
            yield return $"Text.BlockParagraphs is {BlockParagraphs} and GeneratedBlocks {GeneratedBlocks}; expected 1 and 20 or more.";
        if (SequenceLength < 4) yield return $"Text.SequenceLength is {SequenceLength}; expected 4 or more.";
        if (CurveTokens < SequenceLength || ValidationTokens < CurveTokens)
            yield return $"Text.CurveTokens is {CurveTokens} and ValidationTokens {ValidationTokens}; expected a window or more, and no "
                + "fewer for validation.";
        if (VocabularySize < 300)
            yield return $"Text.VocabularySize is {VocabularySize}; expected 300 or more: bytes, and what joins them.";
    }
}

/// <summary>Where text comes from.</summary>
public enum TextOrigin
{
    /// <summary>Data sets of the catalogue; generated text, and a note that says so, where they are not on this machine.</summary>
    Catalog,

    /// <summary>Text from two small grammars, made on the spot.</summary>
    Generated,

    /// <summary>The .txt files of local folders.</summary>
    Folder,
}
