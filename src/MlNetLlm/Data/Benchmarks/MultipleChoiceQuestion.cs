namespace MlNetLlm.Data.Benchmarks;

/// <summary>A question with choices. <paramref name="Answer"/> is the right one's index, -1 when none is marked.</summary>
internal sealed record MultipleChoiceQuestion(
    string Id,
    string Subject,
    string Language,
    string Question,
    IReadOnlyList<string> Choices,
    string Prompt,
    IReadOnlyList<string> Continuations,
    int Answer);
