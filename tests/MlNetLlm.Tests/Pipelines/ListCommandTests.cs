using System.Text.Json;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Pipelines.Reports;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines;

public sealed class ListCommandTests
{
    [Test]
    public void List_OfRunsWithPayloads_OrdersTheTerminalNothing() => List(count: 40);

    [Test]
    [Category("Nightly")]
    public void List_OfRunsWithTwoHundredPayloads_OrdersTheTerminalNothing() => List(count: 200);

    private static void List(int count)
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var number = 0;
        foreach (var payload in Payloads.Take(count))
            ToyRuns.Write(store, $"run-{number++}", r => r with
            {
                Experiment = payload, Preset = payload, Metrics = [.. r.Metrics.Select(m => m with { Arm = payload })],
            });
        var (exit, output, errors) = Command.Run("list", "--runs", folder.Path);
        Assert.That(exit, Is.Zero, errors);
        Assert.That(output, Does.Contain($"run-{count - 1}"));
        Assert.That(output.Where(letter => char.IsControl(letter) && letter != '\n'), Is.Empty);

        (exit, output, errors) = Command.Run("compare", "run-23", "run-24", "--runs", folder.Path);
        Assert.That(exit, Is.Zero, errors);
        Assert.That(output.Where(letter => char.IsControl(letter) && letter != '\n'), Is.Empty);

        // An unknown key of a result is quoted in the error.
        foreach (var payload in Payloads.Take(count).Where(payload => payload.Any(char.IsControl)).Take(3).Append("\u001b]0;title\u0007"))
        {
            File.WriteAllText(Path.Combine(store.Folder, "run-23", StoredRun.ResultFile),
                $"{{ {JsonSerializer.Serialize(payload)}: 1 }}");
            (exit, _, errors) = Command.Run("compare", "run-23", "run-24", "--runs", folder.Path);
            Assert.That(exit, Is.EqualTo(2), errors);
            Assert.That(errors, Does.Contain("unknown key"));
            Assert.That(errors.Where(letter => char.IsControl(letter) && letter != '\n'), Is.Empty);
        }
    }

    [TestCase("list")]
    [TestCase("compare", "a", "b")]
    [TestCase("report", "a")]
    [TestCase("serve")]
    [TestCase("reproduce", "a")]
    [TestCase("eject", "a", "--out", "x")]
    public void Command_WithAFolderOfRunsThatIsNotThere_SaysSoAndMakesNone(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var (exit, _, errors) = Command.Run([.. arguments, "--runs", folder["typo"]]);
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain($"--runs is '{folder["typo"]}'"));
        Assert.That(Directory.Exists(folder["typo"]), Is.False);
    }

    [Test]
    public void List_WithAnIndexThatCannotBeWritten_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder["index.db"], "in the way"));
        var (exit, _, errors) = Command.Run("list", "--runs", folder.Path);
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.StartWith("mlnetllm: ").And.Not.Contain("   at "));
    }
}
