namespace MlNetLlm.Probes;

/// <summary>A probe on labelled rows.</summary>
/// <param name="Rows">Rows with a label.</param>
/// <param name="Accuracy">The share whose most probable class is right, 0 to 1.</param>
/// <param name="LogLoss">
/// Mean of -ln p(label), in nats; a probability below 1e-15 counts as that. NaN for the joint accuracy of several probes.
/// </param>
public sealed record ProbeMetrics(long Rows, double Accuracy, double LogLoss);
