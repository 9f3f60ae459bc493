namespace MlNetLlm.MultipleChoice;

/// <summary>What is read from a row.</summary>
/// <param name="Prompt">The question.</param>
/// <param name="Continuations">What follows the prompt, for each choice; at least one.</param>
public sealed record ChoiceQuestion(string Prompt, IReadOnlyList<string> Continuations);

/// <summary>What a model makes of the choices.</summary>
/// <param name="LogLikelihoods">Σ log p(continuation token | what comes before it), one a choice.</param>
/// <param name="CutTokens">Tokens of the longest choice's start that the model was not shown: its context is too short.</param>
public sealed record ChoiceLikelihoods(IReadOnlyList<double> LogLikelihoods, int CutTokens);
