using System.Text.Json.Nodes;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>That every experiment can be sent to a GPU, and its published set-up is.</summary>
public sealed class DeviceTests
{
    private static IEnumerable<string> Names() => ExperimentTable.All.Select(experiment => experiment.Name);

    [TestCaseSource(nameof(Names))]
    public void Paper_OfEveryExperiment_ComputesOnTheGpuThroughout(string experiment)
    {
        var devices = Devices(ExperimentTable.Find(experiment).Options("paper", []), "").ToList();
        Assert.That(devices, Is.Not.Empty);
        Assert.That(devices.Where(device => !device.EndsWith(" = cuda", StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase("svf")]
    [TestCase("communities")]
    public void Run_OnADeviceThatIsNotHere_SaysSo(string experiment)
    {
        using var folder = new TemporaryFolder();
        var (exit, _, errors) = Command.Run("run", experiment, "--preset", "smoke", "--set", "device=cuda:99", "--out", folder["run"]);
        Assert.That(exit, Is.Not.Zero);
        Assert.That(errors, Does.Contain("Device is 'cuda:99', and ").And.Contain("Set `Device` to 'cpu'"));
    }

    [Test]
    public void Evaluate_OnADeviceThatIsNotHere_SaysSo()
    {
        using var folder = new TemporaryFolder();
        using (var model = Toy.Model()) model.Save(folder["model"]);
        var (exit, _, errors) = Command.Run(
            "evaluate", "--model", folder["model"], "--tasks", "arc_easy", "--device", "cuda:99", "--out", folder["run"]);
        Assert.That(exit, Is.Not.Zero);
        Assert.That(errors, Does.Contain("Device is 'cuda:99', and ").And.Contain("Set `Device` to 'cpu'"));
    }

    private static IEnumerable<string> Devices(JsonNode? node, string path) => node switch
    {
        JsonArray items => items.SelectMany((item, i) => Devices(item, $"{path}[{i}]")),
        JsonObject values => values.SelectMany(value => value.Key == "device"
            ? [$"{path}.device = {value.Value}"]
            : Devices(value.Value, $"{path}.{value.Key}")),
        _ => [],
    };
}
