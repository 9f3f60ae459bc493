using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>A run is repeated to the same numbers; one whose files were touched is refused before its first step.</summary>
public sealed class ReproduceCommandTests
{
    [Test]
    [Category("Slow")]
    public void Reproduce_OfARun_GivesTheSameMetrics()
    {
        using var folder = new TemporaryFolder();
        var run = Path.Combine(folder.Path, "run");
        var (exit, _, errors) = Command.Run(
            ["run", "svf", "--preset", "smoke", "--threads", "1", "--out", run, .. Command.TinySvf]);
        Assert.That(exit, Is.Zero, errors);
        Assert.That(StoredRun.Open(run).Records().Points, Is.Not.Empty, "losses were recorded on the way");

        for (var repetition = 0; repetition < 2; repetition++)
        {
            (exit, var output, errors) = Command.Run("reproduce", run);
            Assert.That(exit, Is.Zero, errors + output);
            Assert.That(output, Does.Contain("metrics agree bit for bit"));
        }
    }

    [Test]
    public void Before_WithAnyBitOfAResultOrItsDataChanged_RefusesTheRun() => Tamper(count: 20);

    [Test]
    [Category("Nightly")]
    public void Before_WithThreeHundredTamperings_CatchesAll() => Tamper(count: 300);

    // One bit of the options and all else that result.json holds, of the manifest, of the seal, or of the data that the catalog lists.
    private static void Tamper(int count)
    {
        using var folder = new TemporaryFolder();
        var catalog = DatasetCatalog.Default;
        var name = catalog.Names.FirstOrDefault(catalog.Has);
        var run = ToyRuns.Write(new RunStore(folder.Path), "run", r => name is null ? r : r with
        {
            Data = [new RunData(name, catalog.Find(name).Sha256, 1, "catalog")],
        });
        Assert.That(ReproductionChecks.Before(run).Seed, Is.EqualTo(1));
        var random = new Random(count);
        string[] files = [StoredRun.ResultFile, StoredRun.ManifestFile, RunSeal.FileName];
        for (var i = 0; i < count; i++)
        {
            var path = Path.Combine(run.Folder, files[i % files.Length]);
            var bytes = File.ReadAllBytes(path);
            var changed = (byte[])bytes.Clone();
            changed[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, changed);
            Assert.That(() => ReproductionChecks.Before(StoredRun.Open(run.Folder)), Throws.TypeOf<InvalidDataException>(),
                $"tampering {i}");
            File.WriteAllBytes(path, bytes);
        }
    }

    [Test]
    public void Before_WithOtherDataThanTheRuns_RefusesIt()
    {
        var catalog = DatasetCatalog.Default;
        if (catalog.Names.FirstOrDefault(catalog.Has) is not { } name) Assert.Ignore("No data set of the catalog is here.");
        else
        {
            using var folder = new TemporaryFolder();
            var run = ToyRuns.Write(new RunStore(folder.Path), "run", r => r with { Data = [new RunData(name, "00", 1, "catalog")] });
            Assert.That(() => ReproductionChecks.Before(run),
                Throws.TypeOf<InvalidDataException>().With.Message.Contains($"Data set '{name}'").And.Message.Contains("the run used 00"));
        }
    }

    [Test]
    public async Task Before_OfASweep_NamesItsBestTrial()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "sweep");
        await new ParallelSweep(new() { { "x", new ChoiceOption(1, 2) } }, new SweepOptions { Trials = 3 }, run.Folder, (request, _) =>
            Task.FromResult(new TrialOutcome(request.Trial, request.Round, TrialStatus.Completed, -request.Trial, 1))).RunAsync();
        Assert.That(() => ReproductionChecks.Before(run), Throws.InvalidOperationException.With.Message.Contains("is a sweep")
            .And.Message.Contains(Path.Combine(run.Folder, "trials", "0002-0")));
        var (exit, _, errors) = Command.Run("eject", run.Folder, "--out", folder["project"]);
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain("0002-0"));
        Assert.That(folder.Names(), Is.EqualTo(new[] { "sweep" }));
    }

    [TestCase("", "--tasks arc_easy,gsm8k --limit 5.")]
    [TestCase(""", "device": "cuda" """, "--limit 5 --device cuda.")]
    public void Before_OfAnEvaluation_SaysHowItIsRepeated(string device, string end)
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "run", r => r with
        {
            Experiment = "evaluate",
            Options = JsonNode.Parse($$"""{ "model": "m", "tasks": ["arc_easy", "gsm8k"], "limit": 5, "split": null{{device}} }""")!,
        });
        Assert.That(() => ReproductionChecks.Before(run), Throws.InvalidOperationException.With.Message.Contains(
            "mlnetllm evaluate --model m --tasks arc_easy,gsm8k --limit 5").And.Message.Contains(end));
    }

    [Test]
    public void Before_OfAnUnfinishedRun_SaysSo()
    {
        using var folder = new TemporaryFolder();
        StoredRun.Begin(FileSystems.Default, folder.Path, new RunManifest("svf", "smoke", 1, [], DateTimeOffset.UnixEpoch));
        Assert.That(() => ReproductionChecks.Before(StoredRun.Open(folder.Path)),
            Throws.InvalidOperationException.With.Message.Contains("--resume"));
    }
}
