using System.Text.RegularExpressions;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Reports;
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
        var chart = ReportCharts.Of(run).Single();
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

    [Test]
    public void Of_ClaimsOfDifferentMagnitude_ShowsThemApart()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "run", r => r with
        {
            Metrics = [],
            Claims = [.. new[] { 0.1, 2.0, 40 }.Select((estimate, i) => r.Claims[0] with
            {
                Id = $"c{i}", Estimate = estimate, Ci95 = [estimate - 0.1, estimate + 0.1],
            })],
        });
        Assert.That(ReportCharts.Of(run).Select(chart => string.Join(' ', chart.Rows!)), Is.EqualTo(new[] { "c0 c1", "c2" }));
    }

    [Test]
    public void Of_VeryManyCurves_ShowsTheLongest()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "run", r => r with { Metrics = [], Claims = [] });
        using (var recorder = new RunRecorder(ToyRuns.Files, run.Folder, TimeProvider.System))
            for (var series = 1; series <= 40; series++) recorder.Append($"training {series}", "loss", series, 1);
        var chart = ReportCharts.Of(run).Single();
        Assert.That(chart.Series!.Select(line => line.Name), Is.EqualTo(Enumerable.Range(0, 16).Select(i => $"training {40 - i}")));
        Assert.That(chart.Note, Is.EqualTo("The 16 longest of 40 trainings."));
    }

    [Test]
    public void Of_PictureKeptAsDataToo_IsShownOnce()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "run");
        new LineChart("Loss", "updates", [new ChartPanel("nats", [new ChartLine("loss", [(1, 3), (2, 2.5)])])]).Save(run.Folder, "loss");
        var chart = RunChart.ReadAll(run.Folder).Single();
        Assert.That((chart.Title, chart.X, chart.Y), Is.EqualTo(("Loss", "updates", "nats")));
        Assert.That(chart.Series!.Single().Points, Is.EqualTo(new double?[][] { [1, 3], [2, 2.5] }));
        Assert.That(File.ReadAllText(Path.Combine(run.Folder, "loss.svg")), Does.Contain("<svg"));
        Assert.That(ReportCharts.Pictures(run), Is.Empty);
    }
}

internal static class CountOfLetters
{
    public static int Count(this string text, char letter) => text.AsSpan().Count(letter);
}
