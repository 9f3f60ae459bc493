using System.Text.Json.Nodes;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>Collects what a run finds out.</summary>
public sealed class RunRecord(Experiment experiment, RunRequest request, JsonNode options, TimeProvider clock)
{
    private readonly List<RunData> _data = [];
    private readonly List<RunMetric> _metrics = [];
    private readonly List<RunClaim> _claims = [];

    /// <summary>The processes that worked on the run.</summary>
    internal RunSessions Sessions { get; } = new(request, clock);

    /// <summary>Notes a data set.</summary>
    public void Add(RunData data) => _data.Add(data);

    /// <summary>Notes a number.</summary>
    public void Add(RunMetric metric) => _metrics.Add(metric);

    /// <summary>Notes what the run says of a claim.</summary>
    public void Add(RunClaim claim) => _claims.Add(claim);

    /// <summary>The result so far.</summary>
    public RunResult Finish()
    {
        var whole = Sessions.Total();
        return new RunResult
        {
            Experiment = experiment.Name,
            Preset = request.Preset,
            Seed = request.Seed,
            Seconds = whole.Seconds,
            PeakMemoryMiB = whole.PeakMemoryMiB,
            Environment = whole.Environment,
            Data = _data,
            Options = options,
            Metrics = _metrics,
            Claims = _claims,
        };
    }
}
