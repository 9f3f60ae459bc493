using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>What one process gave to a run.</summary>
/// <param name="Environment">What it ran on.</param>
/// <param name="Seconds">Its wall-clock seconds; where it was killed, those up to the last part that it kept.</param>
/// <param name="PeakMemoryMiB">Its largest resident memory, MiB.</param>
internal sealed record RunSession(RunEnvironment Environment, double Seconds, double PeakMemoryMiB);
