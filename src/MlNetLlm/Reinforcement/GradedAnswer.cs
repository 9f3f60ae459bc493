namespace MlNetLlm.Reinforcement;

/// <summary>A model's answer to a prompt, and the verdict on it.</summary>
/// <param name="Prompt">What was asked.</param>
/// <param name="Reference">What the data says is right.</param>
/// <param name="Answer">What the model wrote, without the end token.</param>
/// <param name="IsRight">The verdict.</param>
/// <param name="Tokens">Tokens of the answer, the end token included.</param>
/// <param name="HasEnded">Whether the answer ended by itself.</param>
public sealed record GradedAnswer(string Prompt, string Reference, string Answer, bool IsRight, int Tokens, bool HasEnded);
