namespace MlNetLlm.Generation;

/// <summary>One row's continuation.</summary>
/// <param name="Text">The continuation, without the prompt.</param>
/// <param name="CutTokens">Tokens of the prompt's start that the model was not shown, because its context is too short.</param>
public readonly record struct GeneratedText(string Text, int CutTokens);
