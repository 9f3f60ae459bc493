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
    public void TakeFree_PassesOverFinishedRunsAndThoseAtWork()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "svf-smoke-1");
        using var one = store.TakeFree("svf-smoke-1");
        using var two = store.TakeFree("svf-smoke-1");
        Assert.That(new[] { one.Folder, two.Folder }, Is.EqualTo(new[] { folder["svf-smoke-1-2"], folder["svf-smoke-1-3"] }));
        Assert.That(RunStore.Ids("svf-smoke-1").Take(3), Is.EqualTo(new[] { "svf-smoke-1", "svf-smoke-1-2", "svf-smoke-1-3" }));
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
    public void Check_OfAFolderThatLostAFile_OrNeverHadASeal_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "svf-smoke-1");
        File.Delete(Path.Combine(run.Folder, StoredRun.ManifestFile));
        Assert.That(() => RunSeal.Check(run.Folder), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"'{run.Folder}' has lost 'run.json', which its seal lists."));

        RunSeal.Write(ToyRuns.Files, run.Folder);
        Assert.That(RunSeal.Check(run.Folder), Is.True, "sealed anew, without the file");
        File.AppendAllText(Path.Combine(run.Folder, StoredRun.ResultFile), " ");
        Assert.That(() => RunSeal.Check(run.Folder), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"'{Path.Combine(run.Folder, "result.json")}' was changed after the run: its SHA-256 is not the one in run.seal.json."));

        File.Delete(Path.Combine(run.Folder, RunSeal.FileName));
        Assert.That(RunSeal.Check(run.Folder), Is.False);
    }

    [Test]
    public void Begin_OfAFinishedRun_TakesItsSealAway()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "svf-smoke-1");
        var manifest = new RunManifest("svf", "smoke", 2, ["MaxSteps=3"], DateTimeOffset.UnixEpoch);

        var begun = StoredRun.Begin(ToyRuns.Files, run.Folder, manifest);

        Assert.That(RunSeal.Check(run.Folder), Is.False);
        Assert.That(begun.Manifest! with { Sets = manifest.Sets }, Is.EqualTo(manifest));
        Assert.That(begun.Manifest!.Sets, Is.EqualTo(manifest.Sets));
        Assert.That((begun.Id, begun.Manifest.Schema), Is.EqualTo(("svf-smoke-1", 1)));
    }

    [Test]
    public void Open_OfWhatIsThere_GivesItsPartsAndNullForTheOthers()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder["new/store"]);
        Assert.That(Directory.Exists(store.Folder), Is.True, "made where it is not there");
        var broken = StoredRun.Begin(ToyRuns.Files, Path.Combine(store.Folder, "broken-off"), new("svf", "smoke", 1, [], default));
        Directory.CreateDirectory(Path.Combine(store.Folder, "result-alone"));
        File.WriteAllBytes(Path.Combine(store.Folder, "result-alone", StoredRun.ResultFile), StrictJson.ToBytes(ToyRuns.Result()));
        Directory.CreateDirectory(Path.Combine(store.Folder, "no-run"));

        var all = store.All();

        Assert.That(all.Select(run => (run.Id, run.Result?.Experiment, run.Manifest?.Preset)), Is.EqualTo(new[]
        {
            ("broken-off", (string?)null, "smoke"), ("result-alone", "svf", null),
        }));
        Assert.That(all.Select(run => run.Records().Points.Count + run.Records().Lost.Count), Is.All.Zero);
        Assert.That(store.Own("no-run"), Is.Null);
        Assert.That(() => store.Find("no-run"), Throws.ArgumentException);
        Assert.That(store.Find("result-alone").Result!.Metrics, Has.Count.EqualTo(3));
        Assert.That(broken.Result, Is.Null);
    }

    [Test]
    public void Find_InAnEmptyStore_SaysThatThereAreNoRuns()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => new RunStore(folder.Path).Find("svf"), Throws.ArgumentException.With.Message.EqualTo(
            $"There is no run 'svf' in '{folder.Path}', and no run's folder of that name. There are no runs yet."));
    }

    [TestCase(".")]
    [TestCase("..")]
    public void Find_OfADot_IsNoNameOfTheStores(string run)
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder["inner"]);
        ToyRuns.Write(store, "svf-smoke-1");
        foreach (var path in new[] { folder.Path, store.Folder })
            File.WriteAllText(Path.Combine(path, StoredRun.ManifestFile), "{}");
        Assert.That(() => store.Find(run), Throws.ArgumentException.With.Message.Contains("mlnetllm list shows the 1 there are."));
    }

    [Test]
    public void Records_OfALaterVersion_AreLeftAside()
    {
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(FileSystems.Default, folder.Path, TimeProvider.System))
            recorder.Append("a", "loss", 1, 2.5);
        using (var log = RecordLog.Open(FileSystems.Default, folder["records/later.log"]))
        {
            log.Append("[1, 2]"u8);
            log.Append("null"u8);
        }
        File.WriteAllText(folder["records/notes.txt"], "no log");

        var records = RunRecords.Read(folder.Path);

        Assert.That(records.Points.Single().Value, Is.EqualTo(2.5));
        Assert.That(records.Lost, Is.Empty);
        Assert.That(RunRecords.Read(folder["none"]).Points, Is.Empty);
    }

    [Test]
    public void Records_AreInTheOrderOfTheirWritersNames()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["records"]);
        foreach (var writer in new[] { "b", "a", "B" })
            using (var log = RecordLog.Open(ToyRuns.Files, folder[$"records/{writer}.log"]))
                log.Append(System.Text.Encoding.UTF8.GetBytes($$"""{"series":"{{writer}}","name":"loss","step":1,"value":2,"unixMilliseconds":3}"""));

        Assert.That(RunRecords.Read(folder.Path).Points.Select(p => p.Series), Is.EqualTo(new[] { "B", "a", "b" }));
    }

    /// <summary>A number must not cost a wait for the disk: the operating system has it, and a kill cannot lose it.</summary>
    [Test]
    public void Append_DoesNotWaitForTheDisk_AndDisposeClosesBothFiles()
    {
        using var folder = new TemporaryFolder();
        var files = new FaultyFileSystem(Fault.PowerLoss, failAt: int.MaxValue, sticky: true);
        using (var recorder = new RunRecorder(files, folder.Path, TimeProvider.System))
        {
            recorder.Append("a", "loss", 1, 2.5);
            var before = files.Operations;
            recorder.Append("a", "loss", 2, 2.25);
            Assert.That(files.Operations - before, Is.EqualTo(2), "one write a file, no flush");
            foreach (var file in Directory.GetFiles(folder["records"]))
                Assert.That(() => Alone(file), Throws.InstanceOf<IOException>(), file);
        }
        foreach (var file in Directory.GetFiles(folder["records"]))
            Alone(file);

        static void Alone(string file) => new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
    }

    [Test]
    public void Store_MakesItsFolderThroughTheFilesItIsGiven()
    {
        using var folder = new TemporaryFolder();
        var files = new FaultyFileSystem(Fault.PowerLoss, failAt: int.MaxValue, sticky: true);
        _ = new RunStore(folder["store"], files);
        _ = new RunStore(folder["store"], files);
        Assert.That(files.Operations, Is.EqualTo(1), "made once");
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
        Environment = new RunEnvironment("abc", "package 5.0.1", "libtorch", "cpu", 2, "x64", "OpenBLAS"),
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
