namespace MlNetLlm.Generation;

/// <summary>One row's continuation with its tokens.</summary>
/// <param name="Prompt">The prompt's token ids as the model was shown them, begin token included.</param>
/// <param name="Added">The new token ids, those of a stop text included.</param>
/// <param name="Text">The continuation, without the prompt and up to a stop text.</param>
/// <param name="CutTokens">Tokens of the prompt's start that the model was not shown.</param>
internal sealed record GeneratedRow(IReadOnlyList<int> Prompt, IReadOnlyList<int> Added, string Text, int CutTokens);
