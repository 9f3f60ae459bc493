using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines.Reports;

public sealed partial class ReportPageTests
{
    private static string Page(string text)
    {
        using var folder = new TemporaryFolder();
        return ReportPage.Of([ReportRuns.Everything(new RunStore(folder.Path), "run", text)]);
    }

    private static IEnumerable<RunChart> Charts(StoredRun run) => ReportCharts.Of(run).SelectMany(group => group.Charts);

    // The page without the charting library, whose code is the same in every page.
    private static string Own(string page) => Assets.Charts is { } charts ? page.Replace(charts, "", StringComparison.Ordinal) : page;

    [Test]
    public void Of_ARun_LoadsNothingAndForbidsIt()
    {
        var page = Own(Page("plain"));
        Assert.That(page, Does.Contain("default-src 'none'").And.Contain("form-action 'none'"));
        Assert.That(References().Matches(page).Select(m => m.Groups[1].Value),
            Has.All.Matches<string>(to => to.StartsWith('#') || to.StartsWith("data:image/svg+xml;base64,", StringComparison.Ordinal)));
        Assert.That(page, Does.Contain("lang=\"en\"").And.Contain("<caption>").And.Contain("scope=\"col\"")
            .And.Contain("prefers-color-scheme: dark"));
    }

    [GeneratedRegex("(?:src|href|action|data)=\"([^\"]*)\"")]
    private static partial Regex References();

    [Test]
    public void Of_ARun_HasATableForEveryChart()
    {
        var page = Own(Page("plain"));
        Assert.That(Regex.Count(page, "<summary>The numbers</summary>"), Is.EqualTo(ReportRuns.Charts));
        if (Assets.Charts is not null) Assert.That(Regex.Count(page, "class=\"chart\" id=\"chart-"), Is.EqualTo(ReportRuns.Charts));
    }

    [Test]
    public void Of_RunsWithPayloads_TreatsThemAsText() => Inject(count: 12);

    [Test]
    [Category("Nightly")]
    public void Of_RunsWithTwoHundredPayloads_TreatsThemAllAsText() => Inject(count: 200);

    // In every text field at once: a payload that were more than text would add a bracket, a quotation mark or a control character.
    private static void Inject(int count)
    {
        var plain = Marks(Page("plain"));
        foreach (var payload in Payloads.Take(count))
        {
            var page = Page(payload);
            Assert.That(Marks(page), Is.EqualTo(plain), payload);
            Assert.That(page.Where(c => char.IsControl(c) && c is not '\n').Except(Assets.Charts ?? ""), Is.Empty, payload);
        }
    }

    private static (int, int, int, int) Marks(string page)
    {
        var own = Own(page);
        return (own.Count('<'), own.Count('>'), own.Count('"'), own.Count('\''));
    }

    [Test]
    public void Of_MetricsOfSnapshots_DrawsThemOverTraining()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "run", r => r with
        {
            Claims = [],
            Metrics =
            [
                new RunMetric("step 100", "accuracy", "test", 0.2), new RunMetric("step 20", "accuracy", "test", 0.1),
                new RunMetric("step 20, own programs", "accuracy", "test", 0.3),
            ],
        });
        var chart = Charts(run).Single();
        Assert.That(chart.Series!.Select(s => s.Name), Is.EqualTo(new[] { "accuracy", "own programs" }));
        Assert.That(chart.Series![0].Points, Is.EqualTo(new double?[][] { [20, 0.1], [100, 0.2] }));
    }

    [Test]
    public void Of_TwoRuns_PutsThemSideBySide()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var page = ReportPage.Of([ToyRuns.Write(store, "one"), ToyRuns.Write(store, "two", r => r with { Seed = 2 })]);
        Assert.That(page, Does.Contain("2 runs side by side").And.Contain("<th scope=\"col\" class=\"number\">two</th>"));
    }

    [Test]
    public void Of_RunsOfDifferentExperiments_ComparesOnlyThoseOfOne()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var page = ReportPage.Of([
            ToyRuns.Write(store, "one"), ToyRuns.Write(store, "two"),
            ToyRuns.Write(store, "other", r => r with { Experiment = "another" })]);
        Assert.That(page, Does.Contain("What was run").And.Contain("2 runs side by side").And.Not.Contain("3 runs side by side"));
        Assert.That(page, Does.Not.Contain("<th scope=\"col\" class=\"number\">other</th>"));
    }

    [Test]
    public void Of_ManyMetrics_FoldsThemByGroupsOfArms()
    {
        using var folder = new TemporaryFolder();
        var page = ReportPage.Of([ToyRuns.Write(new RunStore(folder.Path), "run", r => r with
        {
            Metrics =
            [
                .. Enumerable.Range(0, 30).Select(i => new RunMetric($"step {i}, own programs", "share", null, i)),
                .. Enumerable.Range(0, 30).Select(i => new RunMetric($"main/A{i}", "loss", null, i)),
            ],
        })]);
        Assert.That(page, Does.Contain("<summary>step (30)</summary>").And.Contain("<summary>main (30)</summary>"));
        Assert.That(Regex.Count(page, "class=\"wide long\""), Is.GreaterThanOrEqualTo(2), "long tables scroll under their headers");
    }

    private static StoredRun WithClaims(TemporaryFolder folder, params (string Id, string Rule, double[] Ci95, Verdict Verdict)[] claims) =>
        ToyRuns.Write(new RunStore(folder.Path), "run", r => r with
        {
            Metrics = [],
            Options = JsonNode.Parse($$"""{ "part": { "claims": [ {{string.Join(", ", claims.Select(c => $$"""
                { "id": "{{c.Id}}", "rule": {{c.Rule}} }
                """))}} ] } }""")!,
            Claims = [.. claims.Select(c => r.Claims[0] with
            {
                Id = c.Id, Estimate = (c.Ci95[0] + c.Ci95[1]) / 2, Ci95 = c.Ci95, Verdict = c.Verdict, Seeds = 3,
                Expected = c.Rule.Contains("Below", StringComparison.Ordinal) ? "< 0.5" : "> 0.5",
            })],
        });

    private const string Above = """{ "direction": "Above", "threshold": 0.5 }""";
    private const string Below = """{ "direction": "Below", "threshold": 0.5 }""";

    [Test]
    public void Of_Claims_DrawsEachBesideItsThreshold()
    {
        using var folder = new TemporaryFolder();
        var chart = Charts(WithClaims(folder,
            ("high", Above, [0.6, 0.8], Verdict.Reproduced), ("low", Below, [0.6, 0.8], Verdict.NotReproduced),
            ("exact", Above, [0.7, 0.7], Verdict.Reproduced), ("margin", "0.02", [0, 1], Verdict.Inconclusive))).Single();
        Assert.That(chart.Rows, Is.EqualTo(new[] { "high: 0.7, claimed > 0.5", "low: 0.7, claimed < 0.5", "exact: 0.7, claimed > 0.5" }));
        Assert.That(chart.Values, Is.EqualTo(new double?[][] { [0.5, 1], [0.5, -1], [0.5, 1] }));
        Assert.That(chart.Series!.Select(s => s.Name), Is.EqualTo(new[] { "reproduced", "not reproduced" }));
        Assert.That(chart.Series![0].Points[1], Is.EqualTo(new double?[] { 2, 0.7, null, null }), "an exact value has no interval");
        Assert.That(chart.Note, Does.Contain("not drawn: 1."));
    }

    [Test]
    public void Of_Claims_SaysWhyAndOfHowManySeeds()
    {
        using var folder = new TemporaryFolder();
        var page = Own(ReportPage.Of([WithClaims(folder,
            ("a", Above, [0.6, 0.8], Verdict.Reproduced), ("b", Above, [0.6, 0.8], Verdict.Inconclusive),
            ("c", Above, [0.4, 0.8], Verdict.Inconclusive), ("d", Below, [0.6, 0.6], Verdict.NotReproduced),
            ("e", Above, [0.5, 0.8], Verdict.Inconclusive))]));
        Assert.That(Regex.Matches(page, "<span class=\"reason\">([^<]*)</span>").Select(m => m.Groups[1].Value), Is.EqualTo(new[]
        {
            "interval on the claimed side of 0.5", "interval on the claimed side of 0.5, but the test beside it is not significant",
            "interval holds 0.5", "value on the other side of 0.5", "interval touches 0.5",
        }));
        Assert.That(Regex.Count(page, "data-column=\"seeds\">3</td>"), Is.EqualTo(5));
        Assert.That(page, Does.Contain("data-column=\"estimate [95 %]\">0.6</td>").And.Contain("How to read this"));
        foreach (var verdict in Enum.GetValues<Verdict>())
            Assert.That(page, Does.Contain($"{RunTexts.Verdict(verdict)}</dt>"));
    }

    [Test]
    public void Of_ALongPage_ListsItsHeadings()
    {
        var page = Own(Page("plain"));
        var headings = Regex.Matches(page, "<h2 id=\"([^\"]*)\"").Select(m => m.Groups[1].Value).ToList();
        Assert.That(headings, Has.Count.GreaterThan(4).And.Unique);
        Assert.That(Regex.Matches(page, "<a href=\"#(part[^\"]*)\"").Select(m => m.Groups[1].Value), Is.EqualTo(headings));
        Assert.That(page.IndexOf("What the experiment shows</h2>", StringComparison.Ordinal),
            Is.LessThan(page.IndexOf("Metrics with intervals</h2>", StringComparison.Ordinal)));
    }

    [Test]
    public void Of_VeryManyCurves_ShowsTheLongest()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "run", r => r with { Metrics = [], Claims = [] });
        using (var recorder = new RunRecorder(ToyRuns.Files, run.Folder, TimeProvider.System))
            for (var series = 1; series <= 40; series++) recorder.Append($"training {series}", "loss", series, 1);
        var chart = Charts(run).Single();
        Assert.That(chart.Series!.Select(line => line.Name), Is.EqualTo(Enumerable.Range(0, 16).Select(i => $"training {40 - i}")));
        Assert.That(chart.Note, Is.EqualTo("The 16 longest of 40 trainings."));
    }

    [Test]
    public void Of_PictureKeptAsDataToo_IsShownOnce()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "run");
        var line = new ChartLine("loss", [(1, 3), (2, 2.5)], Dashed: true);
        new LineChart("Loss", "updates", [new ChartPanel("math", [line], "nats")]).Save(run.Folder, "loss");
        var chart = RunChart.ReadAll(run.Folder).Single();
        Assert.That((chart.Title, chart.X, chart.Y), Is.EqualTo(("Loss", "updates", "nats")));
        Assert.That(chart.Series!.Single().Points, Is.EqualTo(new double?[][] { [1, 3], [2, 2.5] }));
        Assert.That(chart.Series!.Single().Style, Is.EqualTo(RunChartLineStyle.Dashed));
        Assert.That(File.ReadAllText(Path.Combine(run.Folder, "loss.svg")), Does.Contain("<svg").And.Contain("math: nats"));
        Assert.That(ReportCharts.Pictures(run), Is.Empty);
    }
}

internal static class CountOfLetters
{
    public static int Count(this string text, char letter) => text.AsSpan().Count(letter);
}
