using System.Text.Json;
using MlNetLlm.Pipelines.Sweeps;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>
/// A sweep's charts: its trials as parallel coordinates, and the best so far, a chart a round: rounds have budgets of their own. What the
/// command sweeps is shown as the metric it stands for, anything else as the loss. Also of a sweep at work.
/// </summary>
internal static class SweepCharts
{
    public static IReadOnlyList<RunChart> Of(string folder)
    {
        if (!ParallelSweep.Exists(folder)) return [];
        var trials = ParallelSweep.Read(folder);
        var done = trials.Where(t => t.Outcome?.Loss is not null).OrderBy(t => (t.Request.Round, t.Request.Trial)).ToList();
        if (done.Count == 0) return [];
        var metric = SweepRun.Metric(folder);
        var rounds = done.GroupBy(t => t.Request.Round).ToList();
        return
        [
            Parallel(done, metric),
            .. rounds.Select(round => Best(rounds.Count == 1 ? "" : $", round {round.Key}", [.. round.Select(t => t.Outcome!.Loss!.Value)], metric)),
        ];
    }

    private static RunChart Parallel(List<(TrialRequest Request, TrialOutcome? Outcome)> done, SweepMetric? metric)
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
            Rows = [.. names, Name(metric)],
            Values = [.. done.OrderByDescending(t => t.Outcome!.Loss).Select(t => (IReadOnlyList<double?>)
            [
                .. names.Select(name => Number(t.Request.Values.GetValueOrDefault(name), words[name])),
                Value(metric, t.Outcome!.Loss!.Value),
            ])],
        };
    }

    private static RunChart Best(string which, IReadOnlyList<double> losses, SweepMetric? metric)
    {
        var best = double.PositiveInfinity;
        return new RunChart
        {
            Title = $"Sweep: best so far{which}", Kind = RunChartKind.Lines, X = "finished trials, in the order of their numbers",
            Y = Name(metric),
            Series =
            [
                new RunChartSeries("best so far", [.. losses.Select((loss, i) => Point(i, best = Math.Min(best, loss)))]),
                new RunChartSeries("trial", [.. losses.Select((loss, i) => Point(i, loss))], RunChartLineStyle.Points),
            ],
        };

        IReadOnlyList<double?> Point(int number, double loss) => [number + 1, Value(metric, loss)];
    }

    private static string Name(SweepMetric? metric) => metric?.Name ?? "loss";

    private static double Value(SweepMetric? metric, double loss) => metric is null ? loss : SweepRun.Value(metric, loss);

    private static bool IsNumber(string json) => JsonDocument.Parse(json).RootElement.ValueKind == JsonValueKind.Number;

    private static double? Number(string? json, List<string> words) => json is null ? null
        : IsNumber(json) ? JsonDocument.Parse(json).RootElement.GetDouble() : words.IndexOf(json);
}
