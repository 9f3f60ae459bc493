using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>What the command refuses, and how it says so.</summary>
public sealed class RunCommandTests
{
    [Test]
    public void Find_OfAnUnknownExperiment_NamesTheKnownOnes() =>
        Assert.That(Assert.Throws<ArgumentException>(() => ExperimentTable.Find("svv"))!.Message, Does.Contain("'svv'").And.Contain("svf"));

    [Test]
    public void Run_WithAnUnknownPreset_NamesTheKnownOnes() =>
        Assert.That(Refused("medium"), Does.Contain("'medium'").And.Contain("smoke, quick"));

    [Test]
    public void Run_WithAnUnknownOption_NamesTheNearest() =>
        Assert.That(Refused("smoke", "maxTokkens=5"), Does.Contain("maxTokkens").And.Contain("'maxTokens'"));

    [Test]
    public void Run_WithAValueOfTheWrongKind_NamesTheOption() =>
        Assert.That(Refused("smoke", "maxTokens=many"), Does.Contain("Int64"));

    [Test]
    public void Run_WithASettingThatIsNone_SaysTheForm() =>
        Assert.That(Refused("smoke", "maxTokens"), Does.Contain("Name=Value"));

    [Test]
    public void Presets_OfEveryExperiment_Load()
    {
        foreach (var experiment in ExperimentTable.All)
            Assert.That(experiment.Presets, Is.SupersetOf(new[] { "smoke", "quick" }), experiment.Name);
    }

    private static string Refused(string preset, params string[] sets)
    {
        var context = new RunContext(ProgressDisplay.OnStandardError(), TimeProvider.System, CancellationToken.None);
        var error = Assert.Catch<Exception>(() =>
            ExperimentTable.Find("svf").Run(new RunRequest(preset, 1, sets, "unused", false), context));
        Assert.That(error, Is.InstanceOf<ArgumentException>().Or.InstanceOf<InvalidDataException>());
        Assert.That(Directory.Exists("unused"), Is.False);
        return error!.Message;
    }
}
