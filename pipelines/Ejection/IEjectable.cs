using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Ejection;

/// <summary>An experiment whose pipeline can be written as C# over the library alone.</summary>
internal interface IEjectable
{
    /// <summary>The sources of a run's pipeline, with the values it ran with.</summary>
    /// <exception cref="InvalidOperationException">The run has nothing that can be written so.</exception>
    EjectedRun Eject(RunResult result);
}
