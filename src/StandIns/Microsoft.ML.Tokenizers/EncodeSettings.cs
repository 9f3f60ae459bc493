namespace Microsoft.ML.Tokenizers;

/// <summary>What an encoding call asked for.</summary>
public struct EncodeSettings
{
    public EncodeSettings() => MaxTokenCount = int.MaxValue;

    public bool ConsiderNormalization { get; set; }

    public bool ConsiderPreTokenization { get; set; }

    public int MaxTokenCount { get; set; }
}

/// <summary>What an encoding call gave.</summary>
public struct EncodeResults<T>
{
    public IReadOnlyList<T> Tokens { get; set; }

    public string? NormalizedText { get; set; }

    public int CharsConsumed { get; set; }
}
