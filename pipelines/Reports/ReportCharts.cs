using System.Globalization;
using System.Text.RegularExpressions;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>The charts of a run: what any run has, and what the experiment itself kept in charts/.</summary>
internal static partial class ReportCharts
{
    private const int MaxPoints = 400;
    private const int MaxCurves = 16;

    /// <summary>
    /// The charts that the run's folder has data for: verdicts and what the experiment drew first, then what any run has.
    /// </summary>
    public static IReadOnlyList<ChartGroup> Of(StoredRun run)
    {
        var metrics = run.Result?.Metrics ?? [];
        ChartGroup[] groups =
        [
            new("Verdicts", run.Result is { } result ? [.. Claims(result)] : []),
            new("What the experiment shows", RunChart.ReadAll(run.Folder)),
            new("Trials of the sweep", SweepCharts.Of(run.Folder)),
            new("Along the training", [.. Snapshots(metrics)]),
            new("Learning curves", [.. Curves(run)]),
            new("Metrics with intervals", [.. MetricCharts.Of(metrics.Where(m => !Snapshot().IsMatch(m.Arm)))]),
        ];
        return [.. groups.Where(group => group.Charts.Count > 0)];
    }

    /// <summary>Pictures at the top of the run's folder that are not there as data as well.</summary>
    public static IReadOnlyList<(string Name, byte[] Svg)> Pictures(StoredRun run)
    {
        var charts = Path.Combine(run.Folder, RunChart.FolderName);
        return [.. Directory.EnumerateFiles(run.Folder, "*.svg").Order(StringComparer.Ordinal)
            .Select(file => (Name: Path.GetFileNameWithoutExtension(file), File: file))
            .Where(picture => !File.Exists(Path.Combine(charts, $"{picture.Name}.json"))
                && !File.Exists(Path.Combine(charts, $"{picture.Name}-1.json")))
            .Select(picture => (picture.Name, File.ReadAllBytes(picture.File)))];
    }

    // Claims have units of their own, so each row is drawn as what its threshold is away: see RunChart.Values.
    private static IEnumerable<RunChart> Claims(RunResult result)
    {
        var rules = ClaimRules.Of(result);
        var tested = result.Claims.Where(c => c is { Estimate: not null, Ci95.Count: 2 } && rules.ContainsKey(c.Id)).ToList();
        if (tested.Count == 0) yield break;
        var others = result.Claims.Count - tested.Count;
        yield return new RunChart
        {
            Title = "Claims: estimates and 95 % intervals beside the threshold of each", Kind = RunChartKind.Intervals,
            Note = "Right of the line is the claimed side. Each row has a scale of its own: its furthest end is at the edge."
                + (others == 0 ? "" : $" Claims without an estimate or a threshold, not drawn: {others}."),
            X = "distance from the claim's threshold, as a share of the row's largest",
            Rows = [.. tested.Select(c => $"{c.Id}: {RunTexts.Number(c.Estimate)}, claimed {ClaimRules.Text(rules[c.Id])}")],
            Values = [.. tested.Select(c => (IReadOnlyList<double?>)
                [rules[c.Id].Threshold, rules[c.Id].Direction == ClaimDirection.Above ? 1 : -1])],
            Series = [.. tested.GroupBy(c => c.Verdict).OrderBy(group => group.Key).Select(group => new RunChartSeries(
                RunTexts.Verdict(group.Key), [.. group.Select(c => Point(tested.IndexOf(c), c))]))],
        };

        static IReadOnlyList<double?> Point(int row, RunClaim claim) => claim.Ci95![0] < claim.Ci95[1]
            ? [row, claim.Estimate, claim.Ci95[0], claim.Ci95[1]] : [row, claim.Estimate, null, null];
    }

    // What was measured on snapshots along a training, in arms such as "step 300" or "step 300, own programs".
    private static IEnumerable<RunChart> Snapshots(IReadOnlyList<RunMetric> metrics) => metrics
        .Where(m => double.IsFinite(m.Value)).Select(m => (Metric: m, Match: Snapshot().Match(m.Arm))).Where(m => m.Match.Success)
        .GroupBy(m => m.Metric.Name).Where(g => g.Select(m => m.Match.Groups["step"].Value).Distinct().Count() > 1)
        .Select(metric => new RunChart
        {
            Title = $"{metric.Key} over training", Kind = RunChartKind.Lines, X = "step", Y = metric.Key,
            Series = [.. metric.GroupBy(m => m.Match.Groups["what"].Value).Select(line => new RunChartSeries(
                line.Key.Length == 0 ? metric.Key : line.Key,
                [.. line.Select(m => (IReadOnlyList<double?>)
                    [double.Parse(m.Match.Groups["step"].ValueSpan, CultureInfo.InvariantCulture), m.Metric.Value])
                    .OrderBy(p => p[0])]))],
        });

    [GeneratedRegex(@"^step (?<step>\d{1,12})(, (?<what>.*))?$", RegexOptions.Singleline)]
    private static partial Regex Snapshot();

    private static IEnumerable<RunChart> Curves(StoredRun run) => run.Records().Points
        .Where(p => double.IsFinite(p.Value)).GroupBy(p => p.Name).Select(metric =>
        {
            var all = metric.GroupBy(p => p.Series).ToList();
            var shown = all.OrderByDescending(series => series.Max(p => p.Step)).Take(MaxCurves).ToList();
            return new RunChart
            {
                Title = $"Learning curves: {metric.Key}", Kind = RunChartKind.Lines, X = "step", Y = metric.Key,
                Note = all.Count > shown.Count ? $"The {shown.Count} longest of {all.Count} trainings." : null,
                Series = [.. shown.Select(series => new RunChartSeries(series.Key, Thinned(series)))],
            };
        });

    // Means over equal stretches of steps; a page does not need every step of a long run.
    private static List<IReadOnlyList<double?>> Thinned(IEnumerable<MetricPoint> points)
    {
        var ordered = points.GroupBy(p => p.Step).Select(p => p.Last()).OrderBy(p => p.Step).ToList();   // a resumed run's step counts once
        var size = Math.Max(1, (int)Math.Ceiling((double)ordered.Count / MaxPoints));
        return [.. ordered.Chunk(size).Select(chunk => (IReadOnlyList<double?>)[chunk[^1].Step, chunk.Average(p => p.Value)])];
    }

    /// <summary>A chart's numbers as a table.</summary>
    public static (IReadOnlyList<string> Columns, IEnumerable<IReadOnlyList<string?>> Rows) Table(RunChart chart) => chart.Kind switch
    {
        RunChartKind.Lines => (["series", chart.X + "#", chart.Y + "#"],
            (chart.Series ?? []).SelectMany(s => s.Points.Select(p => (IReadOnlyList<string?>)[s.Name, .. p.Select(RunTexts.Number)]))),
        RunChartKind.Intervals => (["group", "row", "estimate#", "low#", "high#", .. chart.Values is null ? [] : new[] { "threshold#" }],
            (chart.Series ?? []).SelectMany(s => s.Points.Select(p => (IReadOnlyList<string?>)
                [s.Name, chart.Rows![(int)p[0]!.Value], .. p.Skip(1).Select(RunTexts.Number),
                    .. chart.Values is { } rules ? new[] { RunTexts.Number(rules[(int)p[0]!.Value][0]) } : []]))),
        RunChartKind.Matrix => (["", .. (chart.Columns ?? []).Select(c => c + "#")],
            (chart.Values ?? []).Select((row, i) => (IReadOnlyList<string?>)[chart.Rows![i], .. row.Select(RunTexts.Number)])),
        RunChartKind.Network => (["from", "to", "weight#"], (chart.Values ?? []).Select(e => (IReadOnlyList<string?>)
            [chart.Rows![(int)e[0]!.Value], chart.Rows[(int)e[1]!.Value], RunTexts.Number(e[2])])),
        _ => ([.. (chart.Rows ?? []).Select(r => r + "#")],
            (chart.Values ?? []).Select(row => (IReadOnlyList<string?>)[.. row.Select(RunTexts.Number)])),
    };
}
