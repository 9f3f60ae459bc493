using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>Charts of a run that are read together, under a heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Charts">The charts, in the order of the page.</param>
internal sealed record ChartGroup(string Title, IReadOnlyList<RunChart> Charts);
