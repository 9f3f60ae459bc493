namespace MlNetLlm.Data;

/// <summary>How much of a text to read, from its beginning: the first so many tokens, or the first share.</summary>
/// <param name="Tokens">Tokens of the text, special ones not counted; 0 = no limit.</param>
/// <param name="Share">Share of the text's tokens; above 0, at most 1.</param>
public sealed record TextBudget(long Tokens = 0, double Share = 1)
{
    /// <summary>The whole text.</summary>
    public static TextBudget All { get; } = new();
}
