namespace MlNetLlm.LanguageModels;

/// <summary>
/// A grammar for generation: which tokens may come next. It depends on how many were written alone, so all rows of a batch share it.
/// </summary>
/// <param name="written">New tokens a row has so far.</param>
/// <returns>Token ids, at least one.</returns>
public delegate ReadOnlySpan<int> AllowedTokens(int written);
