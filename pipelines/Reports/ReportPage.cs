using System.Globalization;
using System.Text.Json;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>
/// One HTML file about one or several runs: tables that need no script, charts beside them. It loads nothing, and its policy lets
/// nothing run but its own two scripts.
/// </summary>
internal static class ReportPage
{
    // For scripts in a page: the default encoder escapes what could end the script or begin a comment.
    private static readonly JsonSerializerOptions _json = new(JsonOptions.Strict)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Default, WriteIndented = false,
    };

    /// <summary>The page of some runs.</summary>
    public static string Of(IReadOnlyList<StoredRun> runs)
    {
        var charts = new List<RunChart>();
        var body = new Html();
        if (runs.Count > 1) Overview(body, runs);
        foreach (var run in runs) Run(body, run, charts);
        return Page(runs.Count == 1 ? $"{runs[0].Id}: report" : $"{runs.Count} runs: report", body.ToString(), charts);
    }

    /// <summary>The page of a run at work, which loads itself anew.</summary>
    public static string Live(StoredRun run, int refreshSeconds)
    {
        var charts = new List<RunChart>();
        var body = new Html();
        Run(body, run, charts);
        return Page($"{run.Id}: at work", body.ToString(), charts, refreshSeconds);
    }

    /// <summary>A page around a body.</summary>
    public static string Page(string title, string body, IReadOnlyList<RunChart> charts, int refreshSeconds = 0)
    {
        var drawn = charts.Count > 0 ? Assets.Charts : null;
        var scripts = drawn is null ? "" : $"script-src {Assets.ScriptSources}; ";
        var page = new Html()
            .Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Raw($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; {scripts}")
            .Raw("style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n");
        if (refreshSeconds > 0) page.Raw($"<meta http-equiv=\"refresh\" content=\"{refreshSeconds}\">\n");
        page.Element("title", title).Raw($"<style>\n{Assets.Style}</style>\n</head>\n<body>\n")
            .Raw("<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<main id=\"main\">\n").Raw(body).Raw("</main>\n");
        if (drawn is not null)
            page.Raw("<script type=\"application/json\" id=\"charts\">").Raw(JsonSerializer.Serialize(charts, _json))
                .Raw("</script>\n<script>").Raw(drawn).Raw("</script>\n<script>").Raw(Assets.Script).Raw("</script>\n");
        return page.Raw("</body>\n</html>\n").ToString();
    }

    // Runs of one experiment stand beside each other; those of different ones share no numbers.
    private static void Overview(Html body, IReadOnlyList<StoredRun> runs)
    {
        body.Element("h1", $"{runs.Count} runs");
        body.Table("What was run", ["run", "experiment", "preset", "seed#", "claims#", "reproduced#"], runs.Select(run =>
            (IReadOnlyList<string?>)[run.Id, run.Result?.Experiment, run.Result?.Preset, run.Result is { } r ? $"{r.Seed}" : null,
                $"{run.Result?.Claims.Count}", $"{run.Result?.Claims.Count(claim => claim.Verdict == Verdict.Reproduced)}"]));
        foreach (var same in runs.GroupBy(run => run.Result?.Experiment).Where(group => group.Key is not null && group.Count() > 1))
            SideBySide(body, same.Key!, [.. same]);
    }

    private static void SideBySide(Html body, string experiment, IReadOnlyList<StoredRun> runs)
    {
        body.Element("h2", $"{experiment}: {runs.Count} runs side by side");
        var results = runs.Select(run => run.Result!).ToList();
        var keys = results.SelectMany(r => r.Metrics).Select(m => (m.Arm, m.Name, m.Split)).Distinct();
        body.Table($"Metrics of {experiment}", ["arm", "metric", "split", .. runs.Select(r => r.Id + "#")], keys.Select(key =>
            (IReadOnlyList<string?>)[key.Arm, key.Name, key.Split, .. results.Select(result =>
                Value(result.Metrics.FirstOrDefault(m => (m.Arm, m.Name, m.Split) == key)))]));
        var options = results.Select(r => RunComparison.Flat(r.Options)).ToList();
        var differing = options.SelectMany(o => o.Keys).Distinct()
            .Where(name => options.Select(o => o.GetValueOrDefault(name)).Distinct().Count() > 1).ToList();
        if (differing.Count == 0) return;
        body.Raw("<details>").Element("summary", "Options that differ").Table("Options that differ", ["option", .. runs.Select(r => r.Id)],
            differing.Select(name => (IReadOnlyList<string?>)[name, .. options.Select(o => o.GetValueOrDefault(name))]))
            .Raw("</details>\n");
    }

    private static void Run(Html body, StoredRun run, List<RunChart> charts)
    {
        body.Raw("<section>\n").Element("h1", run.Id);
        if (run.Result is { } result)
        {
            body.Element("p", $"{result.Experiment}, preset {result.Preset}, seed {result.Seed}, {result.Seconds:F0} s, "
                + $"{result.PeakMemoryMiB:F0} MiB at most", "class=\"quiet\"");
            if (Seals.Warning(run) is { } warning) body.Element("p", warning);
            if (result.Claims.Count > 0) Claims(body, result);
        }
        else
        {
            body.Element("p", "This run has no result yet.", "class=\"quiet\"");
        }
        Charts(body, run, charts);
        if (run.Result is { } finished)
        {
            body.Element("h2", "Metrics");
            MetricTables.Write(body, finished.Metrics);
            Origin(body, finished);
        }
        body.Raw("</section>\n");
    }

    private static void Claims(Html body, RunResult result)
    {
        body.Element("h2", "Claims").Raw("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Claims and verdicts\"><table>\n")
            .Element("caption", "What others claim, and what this run says of it; each rule was fixed before the run")
            .Raw("<thead><tr>");
        foreach (var column in new[] { "claim", "statement", "source", "measured", "expected", "estimate [95 %]", "verdict" })
            body.Element("th", column, "scope=\"col\"");
        body.Raw("</tr></thead>\n<tbody>\n");
        foreach (var claim in result.Claims)
        {
            var verdict = RunTexts.Verdict(claim.Verdict);
            body.Raw("<tr>").Element("th", claim.Id, "scope=\"row\"").Element("td", claim.Statement).Element("td", claim.Source)
                .Element("td", claim.Measured).Element("td", claim.Expected).Element("td", RunTexts.Estimate(claim))
                .Element("td", verdict, $"class=\"verdict {verdict.Replace(' ', '-')}\"").Raw("</tr>\n");
        }
        body.Raw("</tbody></table></div>\n");
    }

    private static void Charts(Html body, StoredRun run, List<RunChart> charts)
    {
        var own = ReportCharts.Of(run);
        var pictures = ReportCharts.Pictures(run);
        if (own.Count + pictures.Count == 0) return;
        body.Element("h2", "Charts").Raw("<div class=\"charts\">\n");
        foreach (var chart in own)
        {
            body.Raw("<figure><figcaption>").Text(chart.Title).Element("span", chart.Note, "class=\"quiet\"").Raw("</figcaption>\n");
            if (Assets.Charts is not null)
                body.Raw($"<div class=\"chart\" id=\"chart-{charts.Count}\"{Height(chart)} role=\"img\" tabindex=\"0\" aria-label=\"")
                    .Text($"{chart.Title}. {chart.Note} The numbers are in the table below.").Raw("\"></div>\n");
            var (columns, rows) = ReportCharts.Table(chart);
            body.Raw(Assets.Charts is null ? "<details open>" : "<details>").Element("summary", "The numbers")
                .Table(chart.Title, columns, rows).Raw("</details></figure>\n");
            charts.Add(chart);
        }
        foreach (var (name, svg) in pictures)
            body.Raw("<figure><figcaption>").Text(name).Raw("</figcaption><img alt=\"").Text($"Picture {name} of the run")
                .Raw($"\" src=\"data:image/svg+xml;base64,{Convert.ToBase64String(svg)}\"></figure>\n");
        body.Raw("</div>\n");
    }

    private static string Height(RunChart chart) => ReportCharts.Height(chart) is { } height
        ? string.Create(CultureInfo.InvariantCulture, $" style=\"height: {height}rem\"") : "";

    private static void Origin(Html body, RunResult result)
    {
        body.Element("h2", "How it came about").Table("Environment", ["what", "value"],
        [
            ["commit", result.Environment.Commit], ["Microsoft.ML", result.Environment.Mlnet], ["torch", result.Environment.Torch],
            ["device", result.Environment.Device], ["threads", $"{result.Environment.Threads}"], ["machine", result.Environment.Machine],
            ["matrix products", result.Environment.Products],
        ]);
        if (result.Data.Count > 0)
            body.Table("Data", ["name", "rows#", "origin", "SHA-256"],
                result.Data.Select(d => (IReadOnlyList<string?>)[d.Name, RunTexts.Number(d.Rows), d.Origin, d.Sha256]));
        body.Raw("<details>").Element("summary", "Every option").Table("Options", ["option", "value"],
            RunComparison.Flat(result.Options).Select(o => (IReadOnlyList<string?>)[o.Key, o.Value])).Raw("</details>\n");
    }

    private static string Value(RunMetric? metric) => metric is null ? ""
        : metric.StandardError is { } error ? $"{RunTexts.Number(metric.Value)} ± {RunTexts.Number(error)}" : RunTexts.Number(metric.Value);
}
