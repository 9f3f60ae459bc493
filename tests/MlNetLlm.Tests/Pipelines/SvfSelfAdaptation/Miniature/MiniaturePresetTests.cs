using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

namespace MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.Miniature;

public class MiniaturePresetTests
{
    private static readonly SvfExperimentOptions Mini = PresetFile.Load<SvfExperimentOptions>(new SvfExperiment(), "mini", []);

    [Test]
    public void Mini_IsSound_AndHasAClaimForEveryExperiment()
    {
        Assert.That(() => Mini.Miniature!.Validated(), Throws.Nothing);
        var ids = Mini.Miniature!.Claims.Select(claim => claim.Id.Split('.')[1]).Distinct();
        Assert.That(ids, Is.EquivalentTo(Enumerable.Range(1, 15).Select(i => $"E{i}")));
        Assert.That(Mini.Miniature.Sections, Is.EquivalentTo(MiniatureRun.Sections.Keys));
        Assert.That(Mini.Miniature.Seeds, Is.EqualTo(5));
        Assert.That(Mini.RealData!.Model, Is.EqualTo("stories260k"));
    }

    [Test]
    public void Paper_NamesThePublishedSetUp()
    {
        var paper = PresetFile.Load<SvfExperimentOptions>(new SvfExperiment(), "paper", []);
        Assert.That(paper.Miniature, Is.Null);
        Assert.That(paper.RealData!.Model, Does.Contain("llama-3-8b"));
        Assert.That((paper.RealData.BatchSize, paper.RealData.LearningRate, paper.RealData.Iterations), Is.EqualTo((256, 2e-3, 200)));
    }

    [Test]
    public void Validated_NamesEveryFault()
    {
        var broken = Mini.Miniature! with
        {
            Seeds = 0, Sections = ["gate", "gates"], Components = new ComponentOptions { Bands = 1 },
            Claims = [Mini.Miniature.Claims[0], Mini.Miniature.Claims[0]],
        };
        Assert.That(() => broken.Validated(), Throws.ArgumentException.With.Message.Contains("4 fault(s)")
            .And.Message.Contains("Seeds is 0").And.Message.Contains("'gates'")
            .And.Message.Contains("Bands is 1").And.Message.Contains("Two claims are called svf.E1."));
    }

    [Test]
    public void Names_OfDifferentRuns_Differ()
    {
        var spec = new ArmSpec(ArmMethod.SvfReinforce, "math", 200, 1) { Rate = 0.01 };
        ArmSpec[] specs =
        [
            spec, spec with { Seed = 2 }, spec with { Questions = 64 }, spec with { Task = "code" }, spec with { Rate = 0.03 },
            spec with { Layers = "0,2" }, spec with { KeepBest = false }, spec with { Base = 2 }, spec with { KlWeight = 0.1 },
            spec with { Temperature = 0 }, spec with { RewardWrong = -0.1 }, Arms.OnAttention(spec),
            spec with { Method = ArmMethod.SvfNextToken }, spec with { Method = ArmMethod.SvfNextToken, Terse = true },
            spec with { Method = ArmMethod.LoraNextToken }, spec with { Method = ArmMethod.LoraNextToken, Rank = 1 },
            spec with { Method = ArmMethod.LoraReinforce },
        ];
        Assert.That(specs.Select(one => one.Name), Is.Unique);
        Assert.That(string.Concat(specs.Select(one => one.Name)), Does.Match("^[a-z0-9.-]*$"));
    }
}
