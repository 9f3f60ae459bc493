using System.Text.RegularExpressions;
using MlNetLlm.Pipelines.Commands;
using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines.Reports;

/// <summary>The page in a real browser: every chart is drawn, nothing is said on the console, and no text of a run becomes more.</summary>
[Category("Slow")]
public sealed class ReportInBrowserTests
{
    [TestCase(false)]
    [TestCase(true)]
    public void Report_OpenedFromDisk_ShowsEveryChart(bool dark)
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, ReportPage.Of([ReportRuns.Everything(new RunStore(folder.Path), "run", "plain")]));
        var (document, console) = Browser.Load(file, dark);
        Assert.That(console, Is.Empty);
        Assert.That(Regex.Count(document, "<svg"), Is.EqualTo(ReportRuns.Charts));
        Assert.That(Regex.Count(document, "<svg[^>]*>.*?<path", RegexOptions.Singleline), Is.EqualTo(ReportRuns.Charts), "none is empty");
        Browser.Picture(file, Path.Combine(Screenshots(), dark ? "report-dark.png" : "report.png"), dark);
    }

    [Test]
    public void Report_WithPayloadsInEveryText_RunsNoneOfThem()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var runs = Payloads.Take(200).Select((payload, i) => ReportRuns.Everything(store, $"run-{i:000}", payload)).ToList();
        for (var from = 0; from < runs.Count; from += 50)
        {
            var (document, console) = Browser.Load(Write(folder, ReportPage.Of(runs[from..(from + 50)])));
            Assert.That(document, Does.Contain("<title>50 runs: report</title>"), "a payload that ran would have changed it");
            Assert.That(console, Is.Empty, "a forbidden load would be said");
            Assert.That(document, Does.Not.Match("<(iframe|object|form|base|link)\\b"));
        }
    }

    [Test]
    public void Serve_InTheBrowser_ShowsTheRunAndItsCharts()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ReportRuns.Everything(store, "run", "plain");
        var server = RunServer.Create(store, 0);
        server.StartAsync().Wait();
        try
        {
            var (document, console) = Browser.Load($"{server.Urls.Single()}/runs/run");
            Assert.That(console, Is.Empty);
            Assert.That(Regex.Count(document, "<svg"), Is.EqualTo(ReportRuns.Charts));
        }
        finally
        {
            server.StopAsync().Wait();
        }
    }

    // Each answer to the page differs from the one before it, as long as the browser looks: a record is added.
    [Test]
    public void Serve_OfARunAtWork_FollowsItAndKeepsWhatIsUnfolded()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        StoredRun.Begin(ToyRuns.Files, folder["at-work"], new RunManifest("svf", "mini", 1, [], DateTimeOffset.UnixEpoch));
        using var recorder = new RunRecorder(ToyRuns.Files, folder["at-work"], TimeProvider.System);
        recorder.Append("a", "loss", 1, 3);
        var page = ReportPage.Live(store.Own("at-work")!, refreshSeconds: 1);
        recorder.Append("a", "loss", 2, 2.5);
        var later = ReportPage.Live(store.Own("at-work")!, refreshSeconds: 1);
        using var server = new ScriptedServer(request => request == 0
            ? page.Replace("<details>", "<details open>", StringComparison.Ordinal) : later);
        var (document, console) = Browser.Load(server.Address);
        Assert.That(console, Is.Empty);
        Assert.That(server.Requests, Is.GreaterThan(1));
        Assert.That(document, Does.Contain("<td class=\"number\">2.5</td>").And.Match("<details open=\"\"[^>]*>\\s*<summary>The numbers"));
        Assert.That(Regex.Count(document, "<svg"), Is.EqualTo(1));
    }

    private static string Write(TemporaryFolder folder, string page)
    {
        var path = Path.Combine(folder.Path, "report.html");
        File.WriteAllText(path, page);
        return $"file://{path}";
    }

    private static string Screenshots() =>
        Directory.CreateDirectory(Path.Combine(Repository.Artifacts(), "screenshots")).FullName;
}
