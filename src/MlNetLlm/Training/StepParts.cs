namespace MlNetLlm.Training;

/// <summary>What a step's loss was made of.</summary>
/// <param name="Loss">The part to report as the loss: mean per counted token, in nats.</param>
/// <param name="Measures">Other parts by name, each a mean in units of its own.</param>
public sealed record StepParts(double Loss, IReadOnlyDictionary<string, double> Measures);
