namespace MlNetLlm.Tokenization;

/// <summary>Ids of the tokens with a role of their own; null = the tokenizer has none.</summary>
public sealed record SpecialTokens
{
    /// <summary>A tokenizer without special tokens.</summary>
    public static SpecialTokens None { get; } = new();

    /// <summary>Stands before the first token of a text.</summary>
    public int? Bos { get; init; }

    /// <summary>Stands after the last token of a text.</summary>
    public int? Eos { get; init; }

    /// <summary>Fills the rows of a batch up to one length.</summary>
    public int? Pad { get; init; }

    /// <summary>Stands for what the vocabulary cannot express.</summary>
    public int? Unknown { get; init; }

    /// <summary>Hides a token in masked language modelling.</summary>
    public int? Mask { get; init; }
}
