namespace MlNetLlm.Reinforcement;

/// <summary>One answer to one prompt, as the ids that were written: they are never tokenised again.</summary>
/// <param name="Prompt">Begin token and prompt.</param>
/// <param name="Answer">What the model wrote, its end token included where it wrote one.</param>
/// <param name="HasEnded">Whether the last token is an end token.</param>
/// <param name="Text">The answer as text, without the end token.</param>
internal sealed record Rollout(int[] Prompt, IReadOnlyList<int> Answer, bool HasEnded, string Text);
