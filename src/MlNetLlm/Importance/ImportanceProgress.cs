namespace MlNetLlm.Importance;

/// <summary>How far a measurement of importance is.</summary>
/// <param name="Name">What was just measured: a data set, or, by mean ablation, a module.</param>
/// <param name="Done">How many were measured so far.</param>
/// <param name="Total">How many there are.</param>
public sealed record ImportanceProgress(string Name, int Done, int Total);
