namespace MlNetLlm.SelfAdaptation;

/// <summary>One example of a task.</summary>
/// <param name="Prompt">What the model is shown.</param>
/// <param name="Reference">What the right answer is graded by.</param>
public sealed record FewShot(string Prompt, string Reference);
