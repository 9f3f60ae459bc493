using System.Text.Json.Nodes;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>Collects what a run finds out.</summary>
public sealed class RunRecord(Experiment experiment, RunRequest request, JsonNode options, TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private readonly List<RunData> _data = [];
    private readonly List<RunMetric> _metrics = [];
    private readonly List<RunClaim> _claims = [];

    /// <summary>Notes a data set.</summary>
    public void Add(RunData data) => _data.Add(data);

    /// <summary>Notes a number.</summary>
    public void Add(RunMetric metric) => _metrics.Add(metric);

    /// <summary>Notes what the run says of a claim.</summary>
    public void Add(RunClaim claim) => _claims.Add(claim);

    /// <summary>The result so far.</summary>
    public RunResult Finish() => new()
    {
        Experiment = experiment.Name,
        Preset = request.Preset,
        Seed = request.Seed,
        Seconds = Math.Round(clock.GetElapsedTime(_start).TotalSeconds, 2),
        PeakMemoryMiB = Math.Round(PeakMemory.MiB()),
        Environment = RunEnvironments.Current(),
        Data = _data,
        Options = options,
        Metrics = _metrics,
        Claims = _claims,
    };
}
