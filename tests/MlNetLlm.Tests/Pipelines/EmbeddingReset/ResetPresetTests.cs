using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

public class ResetPresetTests
{
    private static readonly ResetExperiment Experiment = new();

    [TestCase("smoke")]
    [TestCase("quick")]
    [TestCase("mini")]
    [TestCase("paper")]
    public void Preset_IsValid_AndJudgesAllNineClaims(string preset)
    {
        var options = PresetFile.Load<ResetExperimentOptions>(Experiment, preset, []).Validated();
        Assert.That(options.Claims.Select(claim => claim.Id), Is.SupersetOf(Enumerable.Range(1, 9).Select(i => $"reset.C{i}")));
        Assert.That(options.Primary, Is.EqualTo("reset.C6"));
        Assert.That(options.Claims.Single(claim => claim.Id == options.Primary).Endpoint, Is.EqualTo("early-gain"));
    }

    [Test]
    public void Mini_HasEightSeedsForTheMainContrast_AndEveryArm()
    {
        var options = PresetFile.Load<ResetExperimentOptions>(Experiment, "mini", []);
        var main = options.Sections[0];
        Assert.That(main.Seeds, Is.GreaterThanOrEqualTo(8));
        Assert.That(main.Arms, Is.SupersetOf(new[] { "AF", "B0", "B9" }));
        Assert.That(main.EmbeddingRates, Has.Count.GreaterThan(1));
        Assert.That(options.Sections.SelectMany(section => section.Arms).Distinct(), Is.EquivalentTo(ResetArms.Names));
    }

    [Test]
    public void Validated_WithFaults_NamesAll()
    {
        var good = PresetFile.Load<ResetExperimentOptions>(Experiment, "smoke", []);
        var bad = good with
        {
            Primary = "reset.C99",
            Sections = [good.Sections[0] with
            {
                Name = "main", Seeds = 0, Arms = ["AX"], Budgets = [5, 5], RatesOf = "later",
                Pretraining = new PretrainingOptions { Updates = 10, Episodes = 3 },
                Relearning = new RelearningOptions { Updates = 10, ScoreAfter = [5] },
            }],
            Claims = [good.Claims[0] with { Endpoint = "luck" }, good.Claims[1] with { Section = "nowhere" }],
        };
        var message = Assert.Throws<ArgumentException>(() => bad.Validated())!.Message;
        foreach (var fault in new[]
                 {
                     "reset.C99", "Seeds is 0", "'AX'", "Budgets are 5, 5", "'later'", "Updates is 10 and Episodes 3", "ScoreAfter is 5",
                     "'luck'", "'nowhere'",
                 })
            Assert.That(message, Does.Contain(fault));
    }

    [Test]
    public void Validated_WithValuesThatStagesCannotUse_NamesEachOnce()
    {
        var good = PresetFile.Load<ResetExperimentOptions>(Experiment, "smoke", []);
        var section = good.Sections[0] with
        {
            Name = "main", Device = "gpu", Body = good.Sections[0].Body with { Heads = 0 },
            Task = good.Sections[0].Task with { BatchSize = 0 },
        };
        var bad = good with { Sections = [section, .. good.Sections.Skip(1)] };
        var message = Assert.Throws<ArgumentException>(() => bad.Validated())!.Message;
        foreach (var fault in new[] { "Body: ", "Pretraining: Device is 'gpu'", "Task: BatchSize is 0", "Relearning: Device is 'gpu'" })
            Assert.That(message.Split($"Section 'main': {fault}"), Has.Length.EqualTo(2), fault);
    }
}
