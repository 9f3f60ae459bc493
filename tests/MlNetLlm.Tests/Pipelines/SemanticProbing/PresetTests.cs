using System.Text.Json;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SemanticProbing;

namespace MlNetLlm.Tests.Pipelines.SemanticProbing;

public sealed class PresetTests
{
    private static readonly ProbingExperiment _experiment = new();

    [TestCase("smoke")]
    [TestCase("quick")]
    [TestCase("mini")]
    [TestCase("paper")]
    public void Preset_HasAllClaims_WithOneRuleEach(string preset)
    {
        var options = Options(preset);
        Assert.That(options.Claims.Select(claim => claim.Id), Is.EqualTo(Enumerable.Range(1, 16).Select(i => $"probing.P{i}")));
        Assert.That(options.PrimaryClaim, Is.EqualTo("probing.P10"));
        Assert.That(options.Claims, Is.EqualTo(Options("mini").Claims), "a preset must not soften a rule");
        Assert.That(() => options.Validated(), Throws.Nothing);
        Assert.That((options.Training with { CheckpointFolder = "folder of the run" }).Faults(), Is.Empty);
    }

    [Test]
    public void PaperPreset_IsThePublishedConfiguration()
    {
        var options = Options("paper");
        Assert.That((options.TrainPrograms, options.Karel.Examples), Is.EqualTo((500_000, 5)));
        Assert.That((options.Karel.MinLength, options.Karel.MaxLength), Is.EqualTo((6, 10)));
        Assert.That((options.Architecture, options.Layers, options.Width, options.Heads), Is.EqualTo(("codegen", 20, 1024, 16)));
        Assert.That((options.Training.MaxSteps, options.Training.LearningRate, options.TestPrograms), Is.EqualTo((80_000, 5e-6, 10_000)));
        Assert.That(options.ProbeSeeds, Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
    }

    [Test]
    public void Validated_NamesEveryFault()
    {
        var options = Options("smoke") with
        {
            ModelSeeds = [], ProbeSeeds = [], MaxHiddenLayers = 3, Semantics = ["original"], TestPrograms = 1,
        };
        var error = Assert.Throws<ArgumentException>(() => options.Validated());
        Assert.That(error!.Message, Does.Contain("modelSeeds is empty").And.Contain("probeSeeds is empty")
            .And.Contain("maxHiddenLayers is 3").And.Contain("lacks 'flip'").And.Contain("TestPrograms is 1"));
    }

    private static ProbingOptions Options(string preset) =>
        JsonSerializer.Deserialize<ProbingOptions>(File.ReadAllText(_experiment.PresetPath(preset)), JsonOptions.Strict)!;
}
