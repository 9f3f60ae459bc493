namespace MlNetLlm.Importance;

/// <summary>How far a measurement of importance is.</summary>
/// <param name="DataSet">The data set just measured.</param>
/// <param name="Done">Data sets measured so far.</param>
/// <param name="Total">Data sets in all.</param>
public sealed record ImportanceProgress(string DataSet, int Done, int Total);
