using System.Text.Json;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>A sweep's charts: its trials as parallel coordinates, and the best loss so far. Also of a sweep at work.</summary>
internal static class SweepCharts
{
    public static IReadOnlyList<RunChart> Of(string folder)
    {
        if (!ParallelSweep.Exists(folder)) return [];
        var trials = ParallelSweep.Read(folder);
        var done = trials.Where(t => t.Outcome?.Loss is not null).OrderBy(t => (t.Request.Round, t.Request.Trial)).ToList();
        return done.Count == 0 ? [] : [Parallel(done), Best(done)];
    }

    private static RunChart Parallel(List<(TrialRequest Request, TrialOutcome? Outcome)> done)
    {
        // An option with one value says nothing.
        var names = done.SelectMany(t => t.Request.Values).Distinct().GroupBy(v => v.Key).Where(v => v.Count() > 1).Select(v => v.Key)
            .Order(StringComparer.Ordinal).ToList();
        var words = names.ToDictionary(name => name, name => done.Select(t => t.Request.Values.GetValueOrDefault(name)).OfType<string>()
            .Where(v => !IsNumber(v)).Distinct().Order(StringComparer.Ordinal).ToList());
        return new RunChart
        {
            Title = "Sweep: trials", Kind = RunChartKind.Parallel,
            Note = string.Join(" ", words.Where(w => w.Value.Count > 0)
                .Select(w => $"{w.Key}: {string.Join(", ", w.Value.Select((v, i) => $"{i} is {v}"))}.")),
            Rows = [.. names, "loss"],
            Values = [.. done.Select(t => (IReadOnlyList<double?>)
                [.. names.Select(name => Number(t.Request.Values.GetValueOrDefault(name), words[name])), t.Outcome!.Loss])],
        };
    }

    private static RunChart Best(List<(TrialRequest Request, TrialOutcome? Outcome)> done)
    {
        var best = double.PositiveInfinity;
        var losses = done.Select((t, i) => (IReadOnlyList<double?>)[i + 1, t.Outcome!.Loss]).ToList();
        var soFar = losses.Select(p => (IReadOnlyList<double?>)[p[0], best = Math.Min(best, p[1]!.Value)]).ToList();
        return new RunChart
        {
            Title = "Sweep: best so far", Kind = RunChartKind.Lines, X = "finished trials, in the order of their numbers", Y = "loss",
            Series = [new RunChartSeries("best so far", soFar), new RunChartSeries("trial", losses)],
        };
    }

    private static bool IsNumber(string json) => JsonDocument.Parse(json).RootElement.ValueKind == JsonValueKind.Number;

    private static double? Number(string? json, List<string> words) => json is null ? null
        : IsNumber(json) ? JsonDocument.Parse(json).RootElement.GetDouble() : words.IndexOf(json);
}
