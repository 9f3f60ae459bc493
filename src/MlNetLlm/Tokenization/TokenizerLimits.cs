namespace MlNetLlm.Tokenization;

/// <summary>How much a tokenizer file may ask for before it is refused.</summary>
public sealed record TokenizerLimits
{
    /// <summary>The limits that hold when none are given.</summary>
    public static TokenizerLimits Default { get; } = new();

    /// <summary>Bytes of one file, unpacked.</summary>
    /// <value>64 MiB.</value>
    public int MaxFileBytes { get; init; } = 64 << 20;

    /// <summary>Ids of a vocabulary, and so the largest id + 1.</summary>
    /// <value>1,048,576.</value>
    public int MaxVocabulary { get; init; } = 1 << 20;

    /// <summary>Merges of a byte-pair vocabulary, written down or following from scored pieces.</summary>
    /// <value>2,097,152.</value>
    public int MaxMerges { get; init; } = 1 << 21;

    /// <summary>Characters of one token.</summary>
    /// <value>1,024.</value>
    public int MaxTokenLength { get; init; } = 1024;

    /// <summary>Characters of one token that is searched for in texts (scored pieces, added tokens, fixed vocabularies).</summary>
    /// <value>128.</value>
    public int MaxSearchedTokenLength { get; init; } = 128;

    /// <summary>Characters of all tokens together that are searched for in texts.</summary>
    /// <value>8,388,608.</value>
    public long MaxSearchedLength { get; init; } = 1 << 23;

    /// <summary>Nesting of JSON.</summary>
    /// <value>32.</value>
    public int MaxJsonDepth { get; init; } = 32;

    /// <summary>Characters of a pattern that cuts texts into words.</summary>
    /// <value>4,096.</value>
    public int MaxPatternLength { get; init; } = 4096;

    /// <summary>Time that a file's own patterns may take on one text; then encoding it fails.</summary>
    /// <value>150 ms, and 1 µs for each character.</value>
    public TimeSpan PatternTime { get; init; } = TimeSpan.FromMilliseconds(150);
}
