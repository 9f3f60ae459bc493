namespace MlNetLlm.Scoring;

/// <summary>Which columns to score and how many tokens to compute together.</summary>
public sealed record ScoreOptions : ICheckedOptions
{
    /// <summary>The text to score, or the prompt where <see cref="CompletionColumn"/> is set.</summary>
    /// <value>Default: Text.</value>
    public string TextColumn { get; init; } = "Text";

    /// <summary>A second text, of which alone the likelihood counts, given the first; null scores the whole text.</summary>
    /// <value>Default: null.</value>
    public string? CompletionColumn { get; init; }

    /// <summary>Tokens of one forward pass at most, padding included; at least 1. A single longer window still runs by itself.</summary>
    /// <value>Default: 4096.</value>
    public int BatchTokens { get; init; } = 4096;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(TextColumn)) yield return "TextColumn is empty.";
        if (CompletionColumn is not null && string.IsNullOrWhiteSpace(CompletionColumn))
            yield return "CompletionColumn is empty; leave it null to score the whole text.";
        if (BatchTokens < 1) yield return $"BatchTokens = {BatchTokens} must be at least 1.";
    }
}
