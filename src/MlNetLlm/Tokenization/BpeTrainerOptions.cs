namespace MlNetLlm.Tokenization;

/// <summary>What <see cref="BpeTrainer"/> makes.</summary>
public sealed record BpeTrainerOptions : ICheckedOptions
{
    /// <summary>Ids of the vocabulary to reach: special tokens, the 256 bytes, and a merge for each further one.</summary>
    /// <value>1,024; ignored when <see cref="Merges"/> is set.</value>
    public int VocabularySize { get; init; } = 1024;

    /// <summary>Merges to learn, whatever size the vocabulary has then.</summary>
    /// <value>None: <see cref="VocabularySize"/> decides.</value>
    public int? Merges { get; init; }

    /// <summary>Tokens that stay whole and across which nothing merges; they get the first ids.</summary>
    /// <value><c>&lt;|endoftext|&gt;</c>.</value>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<|endoftext|>"];

    /// <summary>How often a pair must occur to be merged.</summary>
    /// <value>1. Training stops early when no pair is left that does.</value>
    public long MinimumCount { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        var smallest = 256 + SpecialTokens.Count;
        if (Merges is null && VocabularySize < smallest)
            yield return $"VocabularySize is {VocabularySize}, expected {smallest} or more: 256 bytes and the special tokens.";
        if (Merges < 0)
            yield return $"Merges is {Merges}, expected 0 or more.";
        if (MinimumCount < 1)
            yield return $"MinimumCount is {MinimumCount}, expected 1 or more.";
        if (SpecialTokens.Any(t => t.Length < 2) || SpecialTokens.Distinct().Count() < SpecialTokens.Count)
            yield return $"SpecialTokens are '{string.Join("', '", SpecialTokens)}', expected different texts of two characters or more.";
    }
}
