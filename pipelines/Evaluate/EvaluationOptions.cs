namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>What to evaluate.</summary>
/// <param name="Model">Folder, file or catalogue name of the model.</param>
/// <param name="Tasks">Names of the tasks.</param>
/// <param name="Limit">Rows of each task at most; null = all.</param>
/// <param name="Split">The split; null = test where there is one.</param>
/// <param name="Device">Where the model answers: "cpu", "cuda" or "cuda:0".</param>
public sealed record EvaluationOptions(string Model, IReadOnlyList<string> Tasks, long? Limit, string? Split, string Device = "cpu");
