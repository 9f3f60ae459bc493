using System.Globalization;
using MlNetLlm.Runs;
using Spectre.Console;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>Prints a result as two tables: one row an arm with its metrics, one row a claim with its verdict.</summary>
internal static class ResultTable
{
    public static void Print(IAnsiConsole console, RunResult result)
    {
        console.WriteLine();
        console.Write(Metrics(result));
        if (result.Claims.Count > 0) console.Write(Claims(result));
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"""
            [grey]{result.Experiment} · preset {result.Preset} · seed {result.Seed} · {result.Seconds:F0} s · peak {
                result.PeakMemoryMiB:F0} MiB · {result.Environment.Torch} · {result.Environment.Threads} threads[/]
            """);
    }

    private static Table Metrics(RunResult result)
    {
        var columns = result.Metrics.Select(m => (m.Name, m.Split)).Distinct().ToList();
        var table = new Table().Border(TableBorder.Rounded).AddColumn("arm");
        foreach (var (name, split) in columns)
            table.AddColumn(new TableColumn(Markup.Escape(split is null ? name : $"{name}\n{split}")).RightAligned());
        foreach (var arm in result.Metrics.GroupBy(m => m.Arm))
        {
            var cells = columns.Select(c => arm.FirstOrDefault(m => m.Name == c.Name && m.Split == c.Split));
            table.AddRow([Markup.Escape(arm.Key), .. cells.Select(m => m is null ? "" : Number(m))]);
        }
        return table;
    }

    private static Table Claims(RunResult result)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("claim", "statement", "estimate [[95 % interval]]", "expected", "verdict");
        foreach (var claim in result.Claims)
        {
            var estimate = claim.Estimate is { } value
                ? string.Create(CultureInfo.InvariantCulture,
                    $"{value:G3} {(claim.Ci95 is [var low, var high] && low < high ? $"[{low:G3}, {high:G3}]" : "")}")
                : "–";
            table.AddRow(
                Markup.Escape(claim.Id), Markup.Escape(claim.Statement), Markup.Escape(estimate), Markup.Escape(claim.Expected),
                    Colour(claim.Verdict));
        }
        return table;
    }

    private static string Number(RunMetric metric)
    {
        var whole = metric.Value == Math.Floor(metric.Value) && Math.Abs(metric.Value) < 1e12;
        var value = whole && metric.StandardError is null
            ? metric.Value.ToString("N0", CultureInfo.InvariantCulture)
            : metric.Value.ToString(Math.Abs(metric.Value) < 1 ? "G3" : "F2", CultureInfo.InvariantCulture);
        return metric.StandardError is { } error ? string.Create(CultureInfo.InvariantCulture, $"{value} ± {error:F2}") : value;
    }

    private static string Colour(Verdict verdict) => verdict switch
    {
        Verdict.Reproduced => "[green]reproduced[/]",
        Verdict.NotReproduced => "[red]not reproduced[/]",
        Verdict.Inconclusive => "[yellow]inconclusive[/]",
        _ => "[grey]not testable here[/]",
    };
}
