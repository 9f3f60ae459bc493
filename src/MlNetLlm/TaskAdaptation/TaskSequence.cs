namespace MlNetLlm.TaskAdaptation;

/// <summary>A sequence for the model, and at which places it answers.</summary>
/// <param name="Tokens">What the model reads.</param>
/// <param name="Answers">Where it answers, for which row, and the label from 0 or -1 where there is none.</param>
internal sealed record TaskSequence(int[] Tokens, IReadOnlyList<TaskAnswer> Answers);

/// <summary>A place where the model answers.</summary>
/// <param name="Place">The token.</param>
/// <param name="Row">The row, by number from 0.</param>
/// <param name="Label">For a class its number from 0; for a choice 1 = right, 0 = wrong; -1 = unknown, or no such choice.</param>
internal readonly record struct TaskAnswer(int Place, int Row, int Label);
