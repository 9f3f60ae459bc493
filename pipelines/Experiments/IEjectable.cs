using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>An experiment whose pipeline can be written as C# over the library alone.</summary>
internal interface IEjectable
{
    /// <summary>The source files of a run's pipeline.</summary>
    /// <exception cref="InvalidOperationException">The run has nothing that can be written so.</exception>
    IEnumerable<(string Name, string Text)> Eject(RunResult result);
}
