using System.Text.Json.Nodes;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>What a run needs from outside: where to say things, when to stop, and the time.</summary>
/// <param name="Display">Shows progress.</param>
/// <param name="Clock">The time.</param>
/// <param name="Cancellation">Stops the run, with what it has saved.</param>
public sealed record RunContext(ProgressDisplay Display, TimeProvider Clock, CancellationToken Cancellation)
{
    /// <summary>Starts the record of a run.</summary>
    public RunRecord Begin(Experiment experiment, RunRequest request, JsonNode options) => new(experiment, request, options, Clock);
}
