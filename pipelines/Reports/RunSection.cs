using System.Globalization;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>
/// A run's part of a page: claims, charts in groups, metrics, and how it came about, under headings that its contents list.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="number">Its place among the page's runs, for names of its headings.</param>
/// <param name="charts">The page's charts; those of the run are added.</param>
internal sealed class RunSection(StoredRun run, int number, List<RunChart> charts)
{
    private const int LongPage = 3;

    private readonly Html _body = new();
    private readonly List<(string Id, string Title)> _headings = [];

    /// <summary>Writes it.</summary>
    /// <param name="page">Where to.</param>
    public void Write(Html page)
    {
        page.Raw("<section>\n").Element("h1", run.Id);
        page.Element("p", run.Result is { } result
            ? $"{result.Experiment}, preset {result.Preset}, seed {result.Seed}, {result.Seconds:F0} s, "
                + $"{result.PeakMemoryMiB:F0} MiB at most"
            : "This run has no result yet.", "class=\"quiet\"");
        if (run.Result is null) SweepStatus.Write(page, run.Folder);
        if (Seals.Warning(run) is { } warning) page.Element("p", warning);
        Parts();
        if (_headings.Count >= LongPage) Contents(page);
        page.Raw(_body.ToString()).Raw("</section>\n");
    }

    private void Parts()
    {
        if (run.Result is { Claims.Count: > 0 } claimed)
        {
            Heading("h2", "Claims");
            ClaimsTable.Write(_body, claimed);
        }
        Charts();
        if (run.Result is not { } result) return;
        Heading("h2", "Metrics");
        MetricTables.Write(_body, result.Metrics);
        Heading("h2", "How it came about");
        Origin(result);
    }

    private void Heading(string level, string title)
    {
        var id = $"part-{number}-{_headings.Count}";
        _headings.Add((id, title));
        _body.Element(level, title, $"id=\"{id}\"");
    }

    private void Contents(Html page)
    {
        page.Raw("<nav class=\"contents\" aria-label=\"Contents\"><ul>\n");
        foreach (var (id, title) in _headings) page.Raw($"<li><a href=\"#{id}\">").Text(title).Raw("</a></li>\n");
        page.Raw("</ul></nav>\n");
    }

    private void Charts()
    {
        foreach (var (title, group) in ReportCharts.Of(run))
        {
            Heading("h2", title);
            _body.Raw("<div class=\"charts\">\n");
            foreach (var chart in group) Figure(chart);
            _body.Raw("</div>\n");
        }
        var pictures = ReportCharts.Pictures(run);
        if (pictures.Count == 0) return;
        Heading("h2", "Pictures");
        _body.Raw("<div class=\"charts\">\n");
        foreach (var (name, svg) in pictures)
            _body.Raw("<figure><figcaption>").Element("h3", name).Raw("</figcaption><img alt=\"").Text($"Picture {name} of the run")
                .Raw($"\" src=\"data:image/svg+xml;base64,{Convert.ToBase64String(svg)}\"></figure>\n");
        _body.Raw("</div>\n");
    }

    private void Figure(RunChart chart)
    {
        var shape = ChartShape.Of(chart);
        _body.Raw(shape.IsWhole ? "<figure class=\"whole\">" : "<figure>").Raw("<figcaption>").Element("h3", chart.Title)
            .Element("span", chart.Note, "class=\"quiet\"").Raw("</figcaption>\n");
        if (Assets.Charts is not null)
            _body.Raw($"<div class=\"scroll\"><div class=\"chart\" id=\"chart-{charts.Count}\"{Style(shape)} role=\"img\" tabindex=\"0\" ")
                .Raw("aria-label=\"").Text($"{chart.Title}. {chart.Note} The numbers are in the table below.").Raw("\"></div></div>\n");
        var (columns, rows) = ReportCharts.Table(chart);
        _body.Raw(Assets.Charts is null ? "<details open>" : "<details>").Element("summary", "The numbers")
            .Table(chart.Title, columns, rows).Raw("</details></figure>\n");
        charts.Add(chart);
    }

    private static string Style(ChartShape shape)
    {
        string?[] parts =
        [
            shape.Height is { } height ? string.Create(CultureInfo.InvariantCulture, $"height: {height}rem") : null,
            shape.Width is { } width ? string.Create(CultureInfo.InvariantCulture, $"min-width: {width}rem") : null,
        ];
        return parts.OfType<string>().ToList() is { Count: > 0 } given ? $" style=\"{string.Join("; ", given)}\"" : "";
    }

    private void Origin(RunResult result)
    {
        _body.Table("Environment", ["what", "value"],
        [
            ["commit", result.Environment.Commit], ["Microsoft.ML", result.Environment.Mlnet], ["torch", result.Environment.Torch],
            ["device", result.Environment.Device], ["threads", $"{result.Environment.Threads}"], ["machine", result.Environment.Machine],
            ["matrix products", result.Environment.Products],
        ]);
        if (result.Data.Count > 0)
            _body.Table("Data", ["name", "rows#", "origin", "SHA-256"],
                result.Data.Select(d => (IReadOnlyList<string?>)[d.Name, RunTexts.Number(d.Rows), d.Origin, d.Sha256]));
        _body.Raw("<details>").Element("summary", "Every option").Table("Options", ["option", "value"],
            RunComparison.Flat(result.Options).Select(o => (IReadOnlyList<string?>)[o.Key, o.Value])).Raw("</details>\n");
    }
}
