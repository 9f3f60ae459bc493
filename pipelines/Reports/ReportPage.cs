using System.Text.Json;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>
/// One HTML file about one or several runs: tables that need no script, charts beside them. It loads nothing, and its policy lets
/// nothing run but its own scripts.
/// </summary>
internal static class ReportPage
{
    // For scripts in a page: the default encoder escapes what could end the script or begin a comment.
    private static readonly JsonSerializerOptions _json = new(JsonOptions.Strict)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Default, WriteIndented = false,
    };

    private const string LiveState = "<p id=\"live\" class=\"quiet\"><span role=\"status\">This page follows what is at work.</span></p>\n";

    /// <summary>The page of some runs.</summary>
    public static string Of(IReadOnlyList<StoredRun> runs)
    {
        var charts = new List<RunChart>();
        var body = new Html();
        if (runs.Count > 1) Overview(body, runs);
        for (var i = 0; i < runs.Count; i++) new RunSection(runs[i], i, charts).Write(body);
        return Page(runs.Count == 1 ? $"{runs[0].Id}: report" : $"{runs.Count} runs: report", body.ToString(), charts);
    }

    /// <summary>The page of a run at work, which follows it.</summary>
    public static string Live(StoredRun run, int refreshSeconds)
    {
        var charts = new List<RunChart>();
        var body = new Html();
        new RunSection(run, 0, charts).Write(body);
        return Page($"{run.Id}: at work", body.ToString(), charts, refreshSeconds);
    }

    /// <summary>A page around a body.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="body">Its content.</param>
    /// <param name="charts">The charts in it.</param>
    /// <param name="refreshSeconds">
    /// How often it takes over what has changed, keeping what is unfolded and focused, from the server it came from; without scripts it is
    /// loaded anew. 0 = it stays.
    /// </param>
    public static string Page(string title, string body, IReadOnlyList<RunChart> charts, int refreshSeconds = 0)
    {
        var drawn = charts.Count > 0 ? Assets.Charts : null;
        var isLive = refreshSeconds > 0;
        string?[] sources = [isLive ? Assets.LiveSource : null, drawn is null ? null : Assets.ScriptSources];
        var scripts = sources.All(source => source is null) ? "" : $"script-src {string.Join(' ', sources.OfType<string>())}; ";
        var page = new Html()
            .Raw("<!DOCTYPE html>\n<html lang=\"en\"").Raw(isLive ? $" data-refresh=\"{refreshSeconds}\"" : "").Raw(">\n<head>\n<meta charset=\"utf-8\">\n")
            .Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Raw($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; {scripts}").Raw(isLive ? "connect-src 'self'; " : "")
            .Raw("style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n");
        if (isLive) page.Raw($"<noscript><meta http-equiv=\"refresh\" content=\"{refreshSeconds}\"></noscript>\n");
        page.Element("title", title).Raw($"<style>\n{Assets.Style}</style>\n</head>\n<body>\n")
            .Raw("<a class=\"skip\" href=\"#main\">Skip to the content</a>\n").Raw(isLive ? LiveState : "").Raw("<main id=\"main\">\n").Raw(body).Raw("</main>\n");
        if (isLive) page.Raw("<script>").Raw(Assets.Live).Raw("</script>\n");
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

    private static string Value(RunMetric? metric) => metric is null ? ""
        : metric.StandardError is { } error ? $"{RunTexts.Number(metric.Value)} ± {RunTexts.Number(error)}" : RunTexts.Number(metric.Value);
}
