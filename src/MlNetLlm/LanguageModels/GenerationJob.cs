using MlNetLlm.LanguageModels.Managed;

namespace MlNetLlm.LanguageModels;

/// <summary>What one run of <see cref="TextGenerator"/> continues.</summary>
/// <param name="Prompts">Token ids, at least one a row.</param>
internal sealed record GenerationJob(IReadOnlyList<IReadOnlyList<int>> Prompts)
{
    /// <summary>Each row's random stream.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>Features of the prompts' tokens, or null.</summary>
    public TokenFeatures? Features { get; init; }

    /// <summary>What every pass does beside computing logits, such as editing activations; null = nothing.</summary>
    public ForwardOptions? Pass { get; init; }

    /// <summary>The tokens that may come next; null = any.</summary>
    public AllowedTokens? Allowed { get; init; }

    /// <summary>A test (row, its new tokens) that may end a row after any token.</summary>
    public Func<int, IReadOnlyList<int>, bool> Ends { get; init; } = (_, _) => false;

    /// <summary>Room that generations share, one after another; null = none.</summary>
    public DecoderRoom? Room { get; init; }

    /// <summary>Tokens of the longest prompt.</summary>
    public int LongestPrompt { get; } = Prompts.Count == 0 ? 0 : Prompts.Max(prompt => prompt.Count);
}
