using System.Text.Json.Nodes;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Runs;

public sealed class RunStoreTests
{
    // Every so many bytes: a prime, so that all kinds of places are met.
    private const int Stride = 13;

    [Test]
    public void Find_ByIdAndByFolder_GivesTheSameRun()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "svf-smoke-1");
        Assert.That(store.Find("svf-smoke-1").Folder, Is.EqualTo(store.Find(Path.Combine(folder.Path, "svf-smoke-1")).Folder));
        Assert.That(store.All().Single().Result!.Experiment, Is.EqualTo("svf"));
    }

    [TestCase("svf-smoke-2", "Did you mean 'svf-smoke-1'?")]
    [TestCase("../svf-smoke-1", "There is no run")]
    [TestCase("", "There is no run")]
    public void Find_OfAnUnknownRun_SaysWhatThereIs(string run, string expected)
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "svf-smoke-1");
        Assert.That(() => store.Find(run), Throws.ArgumentException.With.Message.Contains(expected));
    }

    [Test]
    public void Own_OpensWhatTheStoreHasUnderThatName_AndNoPath()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder["inner"]);
        ToyRuns.Write(store, "svf-smoke-1");
        ToyRuns.Write(new RunStore(folder.Path), "outer");
        Assert.That(store.Own("svf-smoke-1")!.Id, Is.EqualTo("svf-smoke-1"));
        foreach (var id in new[] { "../outer", folder["outer"], "", ".", "svf-smoke-1/", "SVF-smoke-1" })
            Assert.That(store.Own(id), Is.Null, id);
    }

    [Test]
    public void FreeId_OfAFinishedRun_IsTheNextNumber()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "svf-smoke-1");
        ToyRuns.Write(store, "svf-smoke-1-2");
        Assert.That(store.FreeId("svf-smoke-1"), Is.EqualTo("svf-smoke-1-3"));
        Assert.That(store.FreeId("svf-smoke-7"), Is.EqualTo("svf-smoke-7"));
    }

    [Test]
    public void Check_WithAByteOfTheResultChanged_Throws()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "svf-smoke-1");
        Assert.That(RunSeal.Check(run.Folder), Is.True);
        foreach (var name in new[] { StoredRun.ResultFile, StoredRun.ManifestFile, RunSeal.FileName })
        {
            var path = Path.Combine(run.Folder, name);
            var bytes = File.ReadAllBytes(path);
            for (var at = 0; at < bytes.Length; at += Stride)
            {
                bytes[at] ^= 1;
                File.WriteAllBytes(path, bytes);
                Assert.That(() => RunSeal.Check(run.Folder), Throws.TypeOf<InvalidDataException>(), $"{name}, byte {at}");
                bytes[at] ^= 1;
            }
            File.WriteAllBytes(path, bytes);
        }
        Assert.That(RunSeal.Check(run.Folder), Is.True);
    }

    [Test]
    public void Records_OfTwoWriters_AreAllThere()
    {
        using var folder = new TemporaryFolder();
        using (var one = new RunRecorder(FileSystems.Default, folder.Path, TimeProvider.System))
        using (var two = new RunRecorder(FileSystems.Default, folder.Path, TimeProvider.System))
        {
            one.Append("a", "loss", 1, 2.5);
            two.Append("b", "loss", 1, double.NaN);
            one.Append("a", "loss", 2, 2.25);
        }
        var records = RunRecords.Read(folder.Path);
        Assert.That(records.Points.Where(p => p.Series == "a").Select(p => (p.Step, p.Value)), Is.EqualTo(new[] { (1L, 2.5), (2L, 2.25) }));
        Assert.That(records.Points.Single(p => p.Series == "b").Value, Is.NaN);
        Assert.That(records.Lost, Is.Empty);
    }
}

/// <summary>Runs made up for tests.</summary>
internal static class ToyRuns
{
    /// <summary>The disk without waiting for it.</summary>
    public static IFileSystem Files { get; } = new UnsyncedFileSystem();

    public static StoredRun Write(RunStore store, string id, Func<RunResult, RunResult>? change = null)
    {
        var folder = Path.Combine(store.Folder, id);
        StoredRun.Begin(Files, folder, new RunManifest("svf", "smoke", 1, [], DateTimeOffset.UnixEpoch));
        StoredRun.Finish(Files, folder, (change ?? (r => r))(Result()));
        return StoredRun.Open(folder);
    }

    public static RunResult Result() => new()
    {
        Experiment = "svf", Preset = "smoke", Seed = 1, Seconds = 12.5, PeakMemoryMiB = 300,
        Environment = new RunEnvironment("abc", "package 5.0.1", "libtorch", "cpu", 2, "x64"),
        Data = [new RunData("toy", "00ff", 10, "generated")],
        Options = JsonNode.Parse("""{ "maxTokens": 100, "rates": { "svf": [ 0.1, 0.2 ] } }""")!,
        Metrics =
        [
            new RunMetric("base", "perplexity", "test", 8, 0.3, 50), new RunMetric("svf", "perplexity", "test", 6, 0.4, 50),
            new RunMetric("svf", "seconds", null, 3),
        ],
        Claims =
        [
            new RunClaim
            {
                Id = "svf.1", Source = "paper", Statement = "svf is better", Measured = "difference", Expected = "below 0",
                Estimate = -0.3, Ci95 = [-0.4, -0.2], Seeds = 1, Verdict = Verdict.Reproduced,
            },
        ],
    };
}
