using System.Globalization;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Pipelines.Sweeps;
using MlNetLlm.Sweeps;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>Where a sweep without a result stands.</summary>
internal static class SweepStatus
{
    /// <summary>Writes it, where the folder holds a sweep.</summary>
    public static void Write(Html body, string folder)
    {
        if (!ParallelSweep.Exists(folder)) return;
        var trials = ParallelSweep.Read(folder);
        var ended = trials.Select(t => t.Outcome).OfType<TrialOutcome>().ToList();
        var completed = ended.Count(outcome => outcome.Status == TrialStatus.Completed);
        body.Table("The sweep so far", ["what", "value"],
        [
            ["trials begun", RunTexts.Number(trials.Count)],
            ["completed", RunTexts.Number(completed)],
            ["without a result (failed, stopped or killed)", RunTexts.Number(ended.Count - completed)],
            ["at work, or broken off", RunTexts.Number(trials.Count - ended.Count)],
            ["best", Best(trials, SweepRun.Metric(folder))],
            ["last record", Records(folder).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)],
        ]);
    }

    private static DateTime Records(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*.log").Select(file => file.LastWriteTimeUtc).DefaultIfEmpty().Max();

    private static string Best(IReadOnlyList<(TrialRequest Request, TrialOutcome? Outcome)> trials, SweepMetric? metric) =>
        SweepRun.Best(trials) is not ({ } request, { Loss: { } loss }) ? "none has completed"
            : $"trial {request.Trial}{(request.Round == 0 ? "" : $", round {request.Round}")}: {metric?.Name ?? "loss"} "
                + $"{RunTexts.Number(metric is null ? loss : SweepRun.Value(metric, loss))} "
                + $"({string.Join(", ", request.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key} {v.Value}"))})";
}
