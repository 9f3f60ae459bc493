namespace MlNetLlm.LanguageModels;

/// <summary>How <see cref="TextGenerator"/> continues a prompt.</summary>
public sealed record GenerateOptions : ICheckedOptions
{
    /// <summary>Most tokens to add; a row also ends where the model's context does.</summary>
    /// <value>100.</value>
    public int MaxTokens { get; init; } = 100;

    /// <summary>Logits are divided by this before sampling; 0 = always the likeliest token.</summary>
    /// <value>0.</value>
    public double Temperature { get; init; }

    /// <summary>Samples among this many likeliest tokens; 0 = among all. Ignored at temperature 0.</summary>
    /// <value>0.</value>
    public int TopK { get; init; }

    /// <summary>
    /// Samples among the likeliest tokens whose probabilities first sum to this (Holtzman et al. 2020). Ignored at temperature 0.
    /// </summary>
    /// <value>1: among all.</value>
    public double TopP { get; init; } = 1;

    /// <summary>A row ends before any of these; they are not part of the result.</summary>
    /// <value>None.</value>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>
    /// Number of the random stream. Row r of a batch draws from stream <see cref="Seed"/> + r, so row 0 equals a batch of one.
    /// </summary>
    /// <value>1.</value>
    public long Seed { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (MaxTokens < 0)
            yield return $"{nameof(MaxTokens)} is {MaxTokens}, expected at least 0.";
        if (!(Temperature >= 0 && double.IsFinite(Temperature)))
            yield return $"{nameof(Temperature)} is {Temperature}, expected a number of at least 0.";
        if (TopK < 0)
            yield return $"{nameof(TopK)} is {TopK}, expected at least 0.";
        if (!(TopP is > 0 and <= 1))
            yield return $"{nameof(TopP)} is {TopP}, expected above 0 and at most 1.";
    }
}
