using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.ModuleCommunities;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

public class CommunitiesPresetTests
{
    private static readonly CommunitiesExperiment Experiment = new();

    [TestCase("smoke")]
    [TestCase("quick")]
    [TestCase("mini")]
    [TestCase("paper")]
    public void Preset_IsValid_AndHasEveryClaimWithTheSameRule(string preset)
    {
        var options = PresetFile.Load<CommunitiesOptions>(Experiment, preset, []).Validated();
        Assert.That(options.Claims.Select(claim => claim.Id), Is.EquivalentTo(Endpoints.Known.Keys.Select(id => $"communities.{id}")));
        Assert.That(options.Claims, Is.EqualTo(PresetFile.Load<CommunitiesOptions>(Experiment, "mini", []).Claims), "no softer rules");
        foreach (var number in Enumerable.Range(1, 12))
            Assert.That(options.Claims.Select(claim => claim.Id.TrimEnd([.. Enumerable.Range('A', 26).Select(letter => (char)letter)])),
                Does.Contain($"communities.E{number}"));
    }

    [Test]
    public void Mini_IsTheDesign()
    {
        var options = PresetFile.Load<CommunitiesOptions>(Experiment, "mini", []);
        Assert.That(options.Questions.Skills, Is.Empty, "all sixteen");
        Assert.That(options.Questions.Mixed, Is.True);
        Assert.That(options.Seeds, Has.Count.EqualTo(3));
        Assert.That(options.Modular.SkipProbabilities, Is.EqualTo(new[] { 0, 0.5, 0.9, 1 }));
        Assert.That(options.Modular.LayersPerFunction, Is.EqualTo(2), "ten layers, the ends shared");
        Assert.That(options.Tuning!.Regimes, Has.Count.EqualTo(6));
        Assert.That((options.Tuning.Steps, options.Tuning.BatchSize, options.Tuning.RecoverySteps), Is.EqualTo((150, 16, 200)));
        Assert.That(options.Tuning.Forms.Select(form => form.Name), Is.EquivalentTo(new[] { "inverted", "list-longer" }));
        Assert.That(options.Tuning.Faithful, Is.True);
        Assert.That(options.Tuning.Margin, Is.EqualTo(0.02));
        Assert.That((options.Network.Permutations, options.Network.Shuffles, options.Network.LouvainRuns), Is.EqualTo((9999, 200, 100)));
        Assert.That(ModelStage.Subjects(options).CountBy(subject => subject.Kind).ToDictionary(), Is.EquivalentTo(
            new Dictionary<SubjectKind, int>
            {
                [SubjectKind.Dense] = 3, [SubjectKind.Modular] = 5, [SubjectKind.Untrained] = 1, [SubjectKind.Tuned] = 3,
                [SubjectKind.Larger] = 1,
            }));
    }

    [TestCase(4, 2, 9, 4, 12, 13)]
    [TestCase(4, 14, 2, 4, 12, 14)]
    [TestCase(13, 2, 2, 4, 12, 13)]
    [TestCase(8, 2, 2, 4, 8, null)]
    public void Validated_AsksForAsManyQuestionsAsTheMeasureThatReadsMost(
        int calibration, int ablation, int pruning, int pruningTest, int validation, int? needed)
    {
        var smoke = PresetFile.Load<CommunitiesOptions>(Experiment, "smoke", []);
        var options = smoke with
        {
            Questions = smoke.Questions with { Validation = validation },
            Network = smoke.Network with
            {
                CalibrationQuestions = calibration, AblationQuestions = ablation, PruningQuestions = pruning,
                PruningTestQuestions = pruningTest,
            },
        };
        Assert.That(options.Network.QuestionsRead, Is.EqualTo(needed ?? validation));
        if (needed is null)
            Assert.That(options.Validated, Throws.Nothing);
        else
            Assert.That(options.Validated, Throws.ArgumentException.With.Message.Contains(
                $"Questions.Validation is {validation}; calibration, pruning and ablation read up to {needed} of them."));
    }

    [Test]
    public void Validated_WithFaults_NamesAll()
    {
        var good = PresetFile.Load<CommunitiesOptions>(Experiment, "smoke", []);
        var bad = good with
        {
            Seeds = [], Model = good.Model with { Steps = -1 },
            Questions = good.Questions with { Skills = ["luck"], Mixed = true, Validation = 1 },
            Network = good.Network with { Ratio = 1.5, Draws = 1 }, Tuning = good.Tuning! with { Targets = ["charm"], Margin = 0 },
            Folders = ["models/none"], Claims = [good.Claims[0] with { Id = "communities.E99" }],
        };
        var message = Assert.Throws<ArgumentException>(() => bad.Validated())!.Message;
        foreach (var fault in new[]
                 {
                     "Seeds is empty", "trains -1 steps", "'luck'", "Mixed needs all skills", "Validation is 1", "the ratio 1.5", "1 draws",
                     "'charm'", "Margin is 0", "Labels", "communities.E99",
                 })
            Assert.That(message, Does.Contain(fault));
    }
}
