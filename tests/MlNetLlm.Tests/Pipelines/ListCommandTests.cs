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
    }
}
