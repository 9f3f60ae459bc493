using System.Diagnostics;
using System.Net;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines.Reports;

/// <summary>The server as a process of its own under a day's requests: every reply is right, and its memory stays small.</summary>
public sealed class ServeSoakTests
{
    private const int RequestsASecond = 10;
    private const int RequestsOfADay = 24 * 60 * 60 * RequestsASecond;
    private const long MostMiB = 200;

    private static readonly TimeSpan _reportEvery = TimeSpan.FromMinutes(5);

    // A nightly test too: whatever leaves the nights' campaigns out leaves this one out.
    [Test]
    [Category("Nightly")]
    [Category("Release")]
    public async Task Serve_ForADay_AnswersEveryRequestInLittleMemory()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        foreach (var id in new[] { "svf-smoke-1", "svf-smoke-2" }) ReportRuns.Everything(store, id, "text");
        StoredRun.Begin(ToyRuns.Files, folder["at-work"], new RunManifest("svf", "mini", 1, [], DateTimeOffset.UnixEpoch));

        using var server = Command.Start("serve", "--port", "0", "--runs", folder.Path);
        try
        {
            var address = (await server.StandardOutput.ReadLineAsync())!.Split(' ')[0];
            await AskAsync(server, new Uri(address), Nightly.Of(RequestsOfADay));
            Assert.That(server.HasExited, Is.False);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task AskAsync(Process server, Uri address, int requests)
    {
        using var client = new HttpClient { BaseAddress = address };
        (string Path, HttpStatusCode Status, string Says)[] pages =
        [
            ("/", HttpStatusCode.OK, "href=\"/runs/svf-smoke-2\""), ("/runs/svf-smoke-1", HttpStatusCode.OK, "svf-smoke-1"),
            ("/runs/at-work", HttpStatusCode.OK, "no result yet"), ("/runs/svf-smoke-2", HttpStatusCode.OK, "svf-smoke-2"),
            ("/runs/none", HttpStatusCode.NotFound, "There is no such run"), ("/none", HttpStatusCode.NotFound, "There is no such page"),
        ];
        var (watch, reported) = (Stopwatch.StartNew(), TimeSpan.Zero);
        for (var i = 0; i < requests; i++)
        {
            var (path, status, says) = pages[i % pages.Length];
            using (var answer = await client.GetAsync(path))
            {
                var text = await answer.Content.ReadAsStringAsync();
                var isWhole = text.Contains(says, StringComparison.Ordinal) && text.EndsWith("</html>\n", StringComparison.Ordinal);
                Assert.That((answer.StatusCode, isWhole), Is.EqualTo((status, true)), $"request {i}, {path}: {text.Length} characters");
            }
            if (watch.Elapsed - reported >= _reportEvery || i == requests - 1)
            {
                reported = watch.Elapsed;
                Report(server, i + 1, watch.Elapsed);
            }
            if (TimeSpan.FromSeconds((i + 1.0) / RequestsASecond) - watch.Elapsed is var early && early > TimeSpan.Zero)
                await Task.Delay(early);
        }
    }

    private static void Report(Process server, int requests, TimeSpan elapsed)
    {
        server.Refresh();
        var (now, most) = (server.WorkingSet64 >> 20, server.PeakWorkingSet64 >> 20);
        TestContext.Progress.WriteLine($"{requests:N0} requests in {elapsed:d\\.hh\\:mm\\:ss}: {now} MiB, at most {most} MiB");
        Assert.That(most, Is.LessThanOrEqualTo(MostMiB), $"MiB after {requests} requests");
    }
}
