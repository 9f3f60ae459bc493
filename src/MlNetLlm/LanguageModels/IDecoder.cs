namespace MlNetLlm.LanguageModels;

/// <summary>Runs a causal model one token at a time over a batch of rows and remembers what it has seen.</summary>
internal interface IDecoder : IDisposable
{
    /// <summary>Tokens seen, a row.</summary>
    int Length(int row);

    /// <summary>Reads the prompts, all rows at once.</summary>
    /// <param name="prompts">Token ids, at least one a row.</param>
    /// <param name="features">Features of the prompts' tokens, (rows, longest prompt); null = none.</param>
    /// <returns>Logits after each row's last token, (rows, vocabulary); valid until the next call.</returns>
    ReadOnlySpan<float> Begin(IReadOnlyList<IReadOnlyList<int>> prompts, TokenFeatures? features = null);

    /// <summary>Reads one more token a row.</summary>
    /// <returns>As <see cref="Begin"/>.</returns>
    ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens);

    /// <summary>Goes on with some rows only; their numbers ascend.</summary>
    void Keep(ReadOnlySpan<int> rows);
}
