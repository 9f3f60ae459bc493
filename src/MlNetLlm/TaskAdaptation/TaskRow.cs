namespace MlNetLlm.TaskAdaptation;

/// <summary>What is read from a row.</summary>
/// <param name="Text">The text, the sentence of a word, or the question.</param>
/// <param name="Second">The second text of a pair, or null.</param>
/// <param name="Start">The character at which the word begins; 0 where the task is none of words.</param>
/// <param name="Choices">The choices; empty where the task has none.</param>
public sealed record TaskRow(string Text, string? Second, int Start, IReadOnlyList<string> Choices);

/// <summary>What is computed for a row.</summary>
/// <param name="Probabilities">One a class, or a choice and then zeros.</param>
/// <param name="Best">Index of the likeliest; the first of equals.</param>
public sealed record TaskPrediction(float[] Probabilities, int Best);
