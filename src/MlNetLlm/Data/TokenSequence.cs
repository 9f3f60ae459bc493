namespace MlNetLlm.Data;

/// <summary>One training sequence in a <see cref="TokenStore"/>.</summary>
/// <param name="Start">Its first token.</param>
/// <param name="Length">How many tokens it spans, the last target included: one more than the model reads.</param>
/// <param name="Prompt">How many of its first tokens are not to be learnt.</param>
/// <param name="Features">Where its features start in a store of their own; -1 = it has none.</param>
/// <param name="Group">Number of the group that its row belongs to; -1 = groups were not read.</param>
internal readonly record struct TokenSequence(long Start, int Length, int Prompt, long Features = -1, int Group = -1)
{
    /// <summary>Tokens the model reads.</summary>
    public int Inputs => Length - 1;

    /// <summary>Tokens that count in the loss: all but the first and the prompt.</summary>
    public int Counted => Length - Math.Max(1, Prompt);
}
