using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines.Store;

/// <summary>A run whose files are not those of its seal, or that has none, is named so wherever it is read.</summary>
public sealed class SealsTests
{
    [Test]
    public void List_AfterAChangeOrTheLossOfASeal_ShowsTheState()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        foreach (var id in new[] { "good", "changed", "bare" }) ToyRuns.Write(store, id);
        Assert.That(States(store), Is.EquivalentTo(new[] { ("good", "finished"), ("changed", "finished"), ("bare", "finished") }));
        Change(folder["changed"]);
        File.Delete(Path.Combine(folder["bare"], RunSeal.FileName));
        Assert.That(States(store), Is.EquivalentTo(
            new[] { ("good", "finished"), ("changed", "changed after the run"), ("bare", "finished, no seal") }));
    }

    [Test]
    public void Warning_OfARun_SaysWhatItsSealSays()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "run");
        Assert.That(Seals.Warning(run), Is.Null);
        Change(run.Folder);
        Assert.That(Seals.Warning(run), Does.StartWith("Run 'run' was changed after it finished"));
        Assert.That(ReportPage.Of([run]), Does.Contain("was changed after it finished"));
        File.Delete(Path.Combine(run.Folder, RunSeal.FileName));
        Assert.That(Seals.Warning(run), Does.StartWith("Run 'run' has no seal"));
        File.Delete(Path.Combine(run.Folder, StoredRun.ResultFile));
        Assert.That(Seals.Warning(StoredRun.Open(run.Folder)), Is.Null, "it has not finished");
    }

    [TestCase("compare", "run", "other")]
    [TestCase("report", "run")]
    [TestCase("reproduce", "run")]
    [TestCase("eject", "run", "--out", "OUT")]
    public void Command_WithARunWithoutASeal_WarnsOnStandardError(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder["runs"]);
        ToyRuns.Write(store, "run");
        ToyRuns.Write(store, "other");
        File.Delete(Path.Combine(store.Folder, "run", RunSeal.FileName));
        var (_, _, errors) = Command.Run([.. arguments.Select(a => a == "OUT" ? folder["project"] : a), "--runs", store.Folder]);
        Assert.That(errors, Does.Contain("Run 'run' has no seal: whether its files were changed cannot be checked.")
            .And.Not.Contain("'other'"));
    }

    private static IEnumerable<(string, string)> States(RunStore store)
    {
        using var index = RunIndex.Of(store);
        return [.. index.Query(new RunFilter()).Select(row => (row.Id, row.State))];
    }

    private static void Change(string folder)
    {
        var file = Path.Combine(folder, StoredRun.ResultFile);
        File.WriteAllText(file, File.ReadAllText(file).Replace("12.5", "12.75"));
    }
}
