using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines.Store;

public sealed class CommandLinesTests
{
    [TestCase("smoke", "smoke")]
    [TestCase("a/b-c_d.json", "a/b-c_d.json")]
    [TestCase("arms=[\"full\"]", "'arms=[\"full\"]'")]
    [TestCase("it's $HOME", @"'it'\''s $HOME'")]
    [TestCase("", "''")]
    public void Quoted_OfAnArgument_IsWhatAShellTakesAsOne(string argument, string expected) =>
        Assert.That(CommandLines.Quoted(argument), Is.EqualTo(expected));

    [Test]
    public void Finish_OfAStoppedRun_IsItsOwnCommandWithResume()
    {
        using var folder = new TemporaryFolder();
        var run = Begin(folder["my run"], new RunManifest("svf", "smoke", 3, ["arms=[\"full\"]", "testRows=2"], DateTimeOffset.UnixEpoch));
        Assert.That(CommandLines.Finish(run), Is.EqualTo(
            "mlnetllm run svf --preset smoke --seed 3 --set 'arms=[\"full\"]' --set testRows=2 "
            + $"--out '{folder["my run"]}' --resume"));
    }

    [Test]
    public void Finish_OfAStoppedRepetition_RepeatsTheOriginal()
    {
        using var folder = new TemporaryFolder();
        var original = ToyRuns.Write(new RunStore(folder.Path), "run");
        var again = Begin(Path.Combine(original.Folder, "reproduction"), new RunManifest("svf", "smoke", 1, [], DateTimeOffset.UnixEpoch));
        Assert.That(CommandLines.Finish(again), Is.EqualTo($"mlnetllm reproduce {original.Folder} --resume"));
    }

    [Test]
    public void Compare_WithAStoppedRun_PrintsTheLineThatFinishesIt()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "whole");
        var run = Begin(folder["stopped"], new RunManifest("svf", "smoke", 3, ["testRows=2"], DateTimeOffset.UnixEpoch));
        var (exit, _, errors) = Command.Run("compare", "whole", "stopped", "--runs", folder.Path);
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain("Run 'stopped' has no result yet").And.Contain(CommandLines.Finish(run)));
    }

    private static StoredRun Begin(string folder, RunManifest asked) => StoredRun.Begin(ToyRuns.Files, folder, asked);
}
