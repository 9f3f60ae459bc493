using System.Globalization;
using System.Text.RegularExpressions;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>The charts of a run: what any run has, and what the experiment itself kept in charts/.</summary>
internal static partial class ReportCharts
{
    private const int MaxPoints = 400;
    private const int MaxRows = 30;
    private const int MaxCurves = 16;
    private const double Normal95 = 1.959963984540054;

    /// <summary>All charts that the run's folder has data for.</summary>
    public static IReadOnlyList<RunChart> Of(StoredRun run)
    {
        var charts = new List<RunChart>();
        if (run.Result is { } result)
        {
            charts.AddRange(Claims(result));
            charts.AddRange(Metrics(result));
            charts.AddRange(Snapshots(result));
        }
        charts.AddRange(RunChart.ReadAll(run.Folder));
        charts.AddRange(Curves(run));
        charts.AddRange(SweepCharts.Of(run.Folder));
        return charts;
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

    // Claims have units of their own; those of one order of magnitude stand together, so that none is too small to be seen.
    private static IEnumerable<RunChart> Claims(RunResult result)
    {
        var tested = result.Claims.Where(c => c is { Estimate: not null, Ci95.Count: 2 }).ToList();
        var groups = tested.GroupBy(Magnitude).OrderBy(group => group.Key).ToList();
        return groups.Select(group => Claims([.. group], groups.Count == 1 ? ""
            : string.Create(CultureInfo.InvariantCulture, $", numbers up to {3 * Math.Pow(10, group.Key)}")));
    }

    private static int Magnitude(RunClaim claim)
    {
        var largest = claim.Ci95!.Append(claim.Estimate!.Value).Max(Math.Abs);
        return largest <= 3 ? 0 : (int)Math.Ceiling(Math.Log10(largest / 3));
    }

    private static RunChart Claims(List<RunClaim> tested, string which)
    {
        return new RunChart
        {
            Title = $"Claims: estimates with 95 % intervals{which}", Kind = RunChartKind.Intervals, X = "estimate, each in its own unit",
            Rows = [.. tested.Select(c => c.Id)],
            Series = [.. tested.GroupBy(c => c.Verdict).Select(group => new RunChartSeries(RunTexts.Verdict(group.Key),
                [.. group.Select(c => (IReadOnlyList<double?>)[tested.IndexOf(c), c.Estimate, c.Ci95![0], c.Ci95[1]])]))],
        };
    }

    private static IEnumerable<RunChart> Metrics(RunResult result) => result.Metrics
        .Where(m => m.StandardError is not null && double.IsFinite(m.Value) && !Snapshot().IsMatch(m.Arm))
        .GroupBy(m => (m.Name, m.Split)).Where(g => g.Count() is > 1 and <= MaxRows)
        .Select(group =>
        {
            var arms = group.Select(m => m.Arm).Distinct().ToList();
            var title = group.Key.Split is { } split ? $"{group.Key.Name}, {split}" : group.Key.Name;
            return new RunChart
            {
                Title = title, Kind = RunChartKind.Intervals, X = group.Key.Name, Note = "Whiskers are 95 % intervals.", Rows = arms,
                Series = [new RunChartSeries(title, [.. group.Select(m => (IReadOnlyList<double?>)
                    [arms.IndexOf(m.Arm), m.Value, m.Value - (Normal95 * m.StandardError), m.Value + (Normal95 * m.StandardError)])])],
            };
        });

    // What was measured on snapshots along a training, in arms such as "step 300" or "step 300, own programs".
    private static IEnumerable<RunChart> Snapshots(RunResult result) => result.Metrics
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

    /// <summary>How high a chart must be for its rows to be read, rem; null = as charts are.</summary>
    public static double? Height(RunChart chart)
    {
        var rows = chart.Rows?.Count ?? 0;
        var needed = chart.Kind switch
        {
            RunChartKind.Intervals => 7 + (rows * (chart.Rows!.Any(row => row.Length > 34) ? 2 : 1.2)),
            RunChartKind.Matrix => 9 + (rows * 0.9),
            RunChartKind.Network => 30,
            _ => 0,
        };
        return needed > 22 ? Math.Round(needed, 1) : null;
    }

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
        RunChartKind.Intervals => (["group", "row", "estimate#", "low#", "high#"],
            (chart.Series ?? []).SelectMany(s => s.Points.Select(p => (IReadOnlyList<string?>)
                [s.Name, chart.Rows![(int)p[0]!.Value], .. p.Skip(1).Select(RunTexts.Number)]))),
        RunChartKind.Matrix => (["", .. (chart.Columns ?? []).Select(c => c + "#")],
            (chart.Values ?? []).Select((row, i) => (IReadOnlyList<string?>)[chart.Rows![i], .. row.Select(RunTexts.Number)])),
        RunChartKind.Network => (["from", "to", "weight#"], (chart.Values ?? []).Select(e => (IReadOnlyList<string?>)
            [chart.Rows![(int)e[0]!.Value], chart.Rows[(int)e[1]!.Value], RunTexts.Number(e[2])])),
        _ => ([.. (chart.Rows ?? []).Select(r => r + "#")],
            (chart.Values ?? []).Select(row => (IReadOnlyList<string?>)[.. row.Select(RunTexts.Number)])),
    };
}
