using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines.Reports;

/// <summary>Requests that no browser page of ours would send: none leaves the store, and none changes it.</summary>
public sealed class RunServerTests
{
    private const string Secret = "the-secret-of-this-machine";

    private TemporaryFolder _folder = null!;
    private WebApplication _server = null!;
    private int _port;

    [SetUp]
    public void Start()
    {
        _folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(_folder.Path, "secret.txt"), Secret);
        var store = new RunStore(Path.Combine(_folder.Path, "runs"));
        var run = ToyRuns.Write(store, "svf-smoke-1");
        File.WriteAllText(Path.Combine(run.Folder, "secret.txt"), Secret);
        File.CreateSymbolicLink(Path.Combine(store.Folder, "link"), _folder.Path);
        _server = RunServer.Create(store, 0);
        _server.StartAsync().Wait();
        _port = new Uri(_server.Urls.Single()).Port;
        _ = Get("/");
    }

    [TearDown]
    public void Stop()
    {
        _server.StopAsync().Wait();
        ((IDisposable)_server).Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Get_OfTheListAndARun_AnswersWithAStrictPolicy()
    {
        Assert.That(Get("/"), Does.StartWith("HTTP/1.1 200").And.Contain("href=\"/runs/svf-smoke-1\""));
        var answer = Get("/runs/svf-smoke-1");
        Assert.That(answer, Does.StartWith("HTTP/1.1 200").And.Contain("svf is better"));
        foreach (var header in new[]
        {
            "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Referrer-Policy: no-referrer", "frame-ancestors 'none'",
            "Cross-Origin-Resource-Policy: same-origin", "Cache-Control: no-store",
        }) Assert.That(answer, Does.Contain(header));
        Assert.That(answer, Does.Not.Contain("Access-Control-").And.Not.Contain("Server:"));
        Assert.That(_server.Urls.Single(), Does.StartWith("http://127.0.0.1:"), "loopback alone");
    }

    [Test]
    public void Get_OfFinishedRuns_StaysAsItIs()
    {
        foreach (var path in new[] { "/", "/runs/svf-smoke-1" })
            Assert.That(Get(path), Does.StartWith("HTTP/1.1 200").And.Not.Contain("http-equiv=\"refresh\"").And.Not.Contain("connect-src"));
    }

    [Test]
    public void Get_OfASweepAtWork_SaysWhereItStands()
    {
        var folder = Path.Combine(_folder.Path, "runs", "sweep");
        StoredRun.Begin(ToyRuns.Files, folder, new RunManifest("svf", "mini", 1, [], DateTimeOffset.UnixEpoch));
        using (var journal = SweepJournal.Open(ToyRuns.Files, folder))
        {
            for (var trial = 0; trial < 4; trial++)
                journal.Append(new SweepEntry(Proposed: new TrialRequest(trial, 0, new Dictionary<string, string> { ["x"] = $"{trial}.5" })));
            journal.Append(new SweepEntry(Ended: new TrialOutcome(0, 0, TrialStatus.Completed, 3, 5)));
            journal.Append(new SweepEntry(Ended: new TrialOutcome(1, 0, TrialStatus.Completed, 2, 5)));
            journal.Append(new SweepEntry(Ended: new TrialOutcome(2, 0, TrialStatus.Failed, null, 5, "why")));
        }
        var page = Get("/runs/sweep");
        foreach (var (what, value) in new[]
        {
            ("trials begun", "4"), ("completed", "2"), ("without a result (failed, stopped or killed)", "1"),
            ("at work, or broken off", "1"), ("best", "trial 1: loss 2 (x 1.5)"),
        }) Assert.That(page, Does.Contain($"<td>{what}</td>\n<td>{value}</td>"));
    }

    [Test]
    public void Get_OfARunAtWork_FollowsIt()
    {
        StoredRun.Begin(MlNetLlm.Persistence.FileSystems.Default, Path.Combine(_folder.Path, "runs", "at-work"),
            new RunManifest("svf", "mini", 1, [], DateTimeOffset.UnixEpoch));
        Assert.That(Get("/runs/at-work"), Does.Contain("no result yet").And.Contain("http-equiv=\"refresh\"")
            .And.Contain("data-refresh=\"5\"").And.Contain($"script-src {Assets.LiveSource}"));
        Assert.That(Get("/"), Does.Contain("unfinished").And.Contain("connect-src 'self'"));
    }

    // 100 hosts and origins, 300 spellings of a way out, and every method on every one of a few paths.
    [Test]
    public void Requests_OfEveryUnfriendlyKind_GetNothingAndChangeNothing()
    {
        var before = Fingerprint();
        var hosts = Hosts().ToList();
        foreach (var (host, origin) in hosts)
            Assert.That(Status(Send("GET", "/runs/svf-smoke-1", host, origin)), Is.AnyOf(400, 403), $"Host: {host}, Origin: {origin}");
        var paths = Spellings().ToList();
        foreach (var path in paths)
        {
            var answer = Send("GET", path, $"127.0.0.1:{_port}", null);
            // A spelling may lead back to a page of ours, such as /runs/.. to the list.
            Assert.That(Status(answer), Is.AnyOf(0, 200, 400, 404), path);
            Assert.That(answer, Does.Not.Contain(Secret).And.Not.Contain("root:"), path);
        }
        string[] methods = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "MOVE"];
        string[] targets = ["/", "/runs/svf-smoke-1", "/runs/", "/runs/svf-smoke-1/result.json", "/runs/new"];
        foreach (var method in methods)
            foreach (var target in targets)
                Assert.That(Status(Send(method, target, $"127.0.0.1:{_port}", null)), Is.AnyOf(400, 405), $"{method} {target}");
        Assert.That(hosts.Count, Is.GreaterThanOrEqualTo(100));
        Assert.That(paths.Count, Is.GreaterThanOrEqualTo(300));
        Assert.That(Fingerprint(), Is.EqualTo(before));
    }

    // As many requests as 10 a second make in ten minutes; ServeSoakTests has a day of them.
    [Test]
    [Category("Nightly")]
    public void Requests_SixThousandOfThem_NeedLittleMemory()
    {
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 6000; i++) Assert.That(Status(Get(i % 2 == 0 ? "/" : "/runs/svf-smoke-1")), Is.EqualTo(200));
        Assert.That((GC.GetTotalMemory(forceFullCollection: true) - before) >> 20, Is.LessThan(20));
        Assert.That(Environment.WorkingSet >> 20, Is.LessThan(1024));
    }

    private IEnumerable<(string Host, string? Origin)> Hosts()
    {
        string[] names =
        [
            "example.com", "127.0.0.1.example.com", "localhost.example.com", "evil-localhost", "127.0.0.2", "0.0.0.0", "[::]", "2130706433",
            "0x7f000001", "127.1", "127.0.0.1.", "localhost.", "xn--lcalhost-n6a", "", " ",
        ];
        foreach (var name in names)
            foreach (var port in new[] { $":{_port}", "", ":80", ":1", $":{_port}0" })
                yield return (name + port, null);
        foreach (var port in new[] { "", ":80", ":1", $":{_port}0" }) yield return ("127.0.0.1" + port, null);
        string[] origins =
        [
            "null", "http://example.com", "https://127.0.0.1", "http://127.0.0.1", "http://localhost", "http://localhost:1", "file://",
            "data:",
            "chrome-extension://abc", "http://127.0.0.1.example.com", "HTTP://EXAMPLE.COM", "http://user@127.0.0.1", "http://[::1]",
            "http://a, http://b", "http://evil%00.localhost", "//localhost", "javascript:1", "about:blank", "http://127.0.0.1:99999",
            "x", "?",
        ];
        foreach (var origin in origins) yield return ($"127.0.0.1:{_port}", origin);
    }

    private static IEnumerable<string> Spellings()
    {
        string[] ups =
        [
            "..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%00", "%2e%2e%00", "..;", "...", "....", "..%c0%af", "%c0%ae%c0%ae", "..%5c",
            "..\\",
            "%uff0e%uff0e", "..%2f", "..%252f", "..#", "..?", "~", "link", "link/..", "svf-smoke-1/..", ".", "%2e", "\\..",
            "//..", "svf-smoke-1",
        ];
        string[] separators = ["/", "%2f", "%2F", "%5c", "\\", "%252f", "//"];
        string[] ends = ["secret.txt", "etc/passwd"];
        foreach (var up in ups)
            foreach (var separator in separators)
                foreach (var end in ends)
                    yield return $"/runs/{up}{separator}{end}";
        foreach (var start in new[] { "/..", "/%2e%2e", "/runs/../..", "/runs//etc", "/runs/file:", "/runs/C:", "/runs/\\\\host" })
            yield return $"{start}/etc/passwd";
    }

    private string Fingerprint()
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", new EnumerationOptions
            { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order(StringComparer.Ordinal))
            text.Append(file).Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
        return text.ToString();
    }

    private string Get(string path) => Send("GET", path, $"127.0.0.1:{_port}", null);

    // As bytes on a socket: a client library would put right what is to be sent wrong.
    private string Send(string method, string target, string host, string? origin)
    {
        using var client = new TcpClient("127.0.0.1", _port);
        using var stream = client.GetStream();
        var more = origin is null ? "" : $"Origin: {origin}\r\n";
        var request = $"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n";
        stream.Write(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static int Status(string answer) => answer.Length == 0 ? 0 : int.Parse(answer.AsSpan(9, 3));
}
