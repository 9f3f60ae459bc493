namespace MlNetLlm.Runs;

/// <summary>One number on a run's way.</summary>
/// <param name="Series">What it belongs to, such as an arm of the experiment.</param>
/// <param name="Name">What was measured, such as loss.</param>
/// <param name="Step">The step it was measured at.</param>
/// <param name="Value">The value; NaN and infinities are kept.</param>
/// <param name="UnixMilliseconds">When.</param>
public sealed record MetricPoint(string Series, string Name, long Step, double Value, long UnixMilliseconds);
