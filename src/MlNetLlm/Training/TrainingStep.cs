using TorchSharp.Modules;

namespace MlNetLlm.Training;

/// <summary>A step just taken, as <see cref="TrainingJob.AfterStep"/> sees it.</summary>
/// <param name="Step">Its number, counted from 1.</param>
/// <param name="Loss">Its mean loss per counted token, in nats.</param>
/// <param name="Forget">Makes the optimiser forget what it knows of a parameter, as if it had never been stepped.</param>
public sealed record TrainingStep(int Step, double Loss, Action<Parameter> Forget);
