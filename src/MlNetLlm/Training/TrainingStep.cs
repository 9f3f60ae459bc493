using TorchSharp.Modules;

namespace MlNetLlm.Training;

/// <summary>A step just taken, as <see cref="TrainingJob.AfterStep"/> sees it.</summary>
/// <param name="Step">Its number, counted from 1.</param>
/// <param name="Steps">How many steps the run has.</param>
/// <param name="Loss">Its mean loss per counted token, in nats.</param>
/// <param name="GradientNorm">Norm of the gradient over all parameters, before clipping.</param>
/// <param name="Groups">What rate each group had, and how often it was stepped; in the job's order.</param>
/// <param name="Forget">Makes the optimiser forget what it knows of a parameter, as if it had never been stepped.</param>
public sealed record TrainingStep(
    int Step, int Steps, double Loss, double GradientNorm, IReadOnlyList<GroupMetrics> Groups, Action<Parameter> Forget);
