using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.Experiments;

/// <summary>A run that was stopped and resumed has the time and memory of all its processes, which ran on the same.</summary>
public sealed class RunSessionsTests
{
    private sealed class SetClock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    [Test]
    public void Total_OfAStoppedAndResumedRun_SumsTheSecondsAndTakesTheLargestMemory()
    {
        using var folder = new TemporaryFolder();
        var clock = new SetClock { Seconds = 100 };
        var first = new RunSessions(Request(folder, resume: false), clock);
        first.Begin();
        clock.Seconds = 140;
        first.Save();
        clock.Seconds = 190;   // killed here: only what was saved counts
        Change(folder, session => session with { PeakMemoryMiB = 1 << 20, Environment = session.Environment with { Commit = "older" } });

        clock.Seconds = 1000;
        var second = new RunSessions(Request(folder, resume: true), clock);
        clock.Seconds = 1002;
        var total = second.Total();
        Assert.That((total.Seconds, total.PeakMemoryMiB), Is.EqualTo((42.0, 1 << 20)));
        Assert.That(total.Environment, Is.EqualTo(RunEnvironments.Current() with { Commit = $"older, {RunEnvironments.Commit()}" }));

        second.Begin();
        Assert.That(Read(folder).Select(session => session.Seconds), Is.EqualTo(new[] { 40.0, 2 }));
        Assert.That(new RunSessions(Request(folder, resume: false), clock).Total().Seconds, Is.Zero, "a new run in the folder");
    }

    [Test]
    public void Save_BeforeTheRunTookItsFolder_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        new RunSessions(Request(folder, resume: false), TimeProvider.System).Save();
        Assert.That(folder.Names(), Is.Empty);
    }

    [TestCase("threads", "Resume with --threads 77,")]
    [TestCase("products", "Resume on such a machine")]
    [TestCase("torch", "Resume on such a machine")]
    [TestCase("machine", "Resume on such a machine")]
    public void Check_OnSomethingElse_RefusesAndSaysTheWayOut(string what, string wayOut)
    {
        using var folder = new TemporaryFolder();
        new RunSessions(Request(folder, resume: false), TimeProvider.System).Begin();
        Assert.That(() => RunSessions.Check(folder.Path), Throws.Nothing);
        Change(folder, session => session with
        {
            Environment = what switch
            {
                "threads" => session.Environment with { Threads = 77 }, "products" => session.Environment with { Products = "others" },
                "torch" => session.Environment with { Torch = "others" }, _ => session.Environment with { Machine = "others" },
            },
        });
        Assert.That(() => RunSessions.Check(folder.Path), Throws.InvalidOperationException
            .With.Message.Contains($"begun with {what} ").And.Message.Contains(wayOut).And.Message.Contains("another --out"));
        Assert.That(RunSessions.Threads(folder.Path), Is.EqualTo(what == "threads" ? 77 : RunEnvironments.Current().Threads));
    }

    [Test]
    public void Check_OfAFolderWithoutSessionsOrByAnotherBuild_IsFine()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => RunSessions.Check(folder.Path), Throws.Nothing);
        Assert.That(RunSessions.Threads(folder.Path), Is.Null);
        new RunSessions(Request(folder, resume: false), TimeProvider.System).Begin();
        Change(folder, session => session with { Environment = session.Environment with { Commit = "another" } });
        Assert.That(() => RunSessions.Check(folder.Path), Throws.Nothing);
    }

    [Test]
    public void Get_OfAPart_SavesWhatItTook()
    {
        using var folder = new TemporaryFolder();
        var (clock, request) = (new SetClock(), Request(folder, resume: false));
        var kept = KeptParts.Open(request, new { Steps = 3 }, new RunSessions(request, clock));
        Assert.That(Read(folder).Single().Seconds, Is.Zero);
        kept.Get("one", () => clock.Seconds = 7);
        Assert.That(Read(folder).Single().Seconds, Is.EqualTo(7));
    }

    private static RunRequest Request(TemporaryFolder folder, bool resume) => new("smoke", 1, [], folder.Path, resume);

    private static List<RunSession> Read(TemporaryFolder folder) => StrictJson.ReadFile<List<RunSession>>(folder["sessions.json"]);

    private static void Change(TemporaryFolder folder, Func<RunSession, RunSession> change) => File.WriteAllBytes(
        folder["sessions.json"], StrictJson.ToBytes(Read(folder).Select(change).ToList()));
}
