using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

public class ConceptsPresetTests
{
    private static readonly ConceptsExperiment Experiment = new();

    [TestCase("smoke")]
    [TestCase("quick")]
    [TestCase("mini")]
    [TestCase("paper")]
    public void Preset_IsValid_AndHasEveryClaimWithTheSameRule(string preset)
    {
        var options = Load(preset).Validated();
        var ids = options.Claims.Select(claim => claim.Id).ToList();
        Assert.That(ids, Is.Unique);
        Assert.That(ids, Is.SupersetOf(Enumerable.Range(1, 10).Append(12).Select(i => $"concepts.{i}")));
        Assert.That(ids, Is.SupersetOf("abcdef".Select(letter => $"concepts.11{letter}")));
        Assert.That(options.Claims, Is.EqualTo(Load("mini").Claims), "no softer rules");
        Assert.That(options.Claims, Has.All.Property(nameof(ConceptClaimOptions.Gated)).True);
    }

    [Test]
    public void Mini_HasFiveSeedsForEveryArmThatAClaimNeeds_AndEveryArm()
    {
        var options = Load("mini");
        var main = options.Studies[0];
        Assert.That(main.Runs.Select(group => group.Seeds), Is.All.EqualTo(5));
        Assert.That(main.Arms, Is.SupersetOf(new[]
        {
            "A0", "A1", "A2", "A3", "A4", "A5", "A6", "A5-short", "activation", "state-l1", "state-l2", "state-cosine", "insert-only",
            "predict-only", "add", "shuffled", "untrained", "next-tokens", "one-concept", "no-decay",
        }));
        Assert.That(main.LearningRates, Has.Count.EqualTo(4));
        Assert.That(main.TriedOn, Is.EquivalentTo(new[] { "A1", "A3", "A5", "state-l2" }));
        Assert.That(options.Studies.SelectMany(study => study.Arms).Distinct(), Is.EquivalentTo(ConceptArms.Known.Keys));
        var gates = options.Autoencoder.Gates;
        Assert.That(gates, Is.EqualTo(new GateOptions()), "the gates of the main teacher are the strict ones");
        Assert.That((main.Shape.Layers, main.Shape.Width, options.Text.VocabularySize, options.Text.SequenceLength),
            Is.EqualTo((4, 64, 1024, 64)));
    }

    [Test]
    public void Paper_IsThePublishedSize()
    {
        var options = Load("paper");
        var main = options.Studies[0];
        Assert.That((main.Shape, main.MatchedWidth, main.Insertion, main.MixedConcepts, main.Labels, main.Weight),
            Is.EqualTo((new ShapeOptions { Layers = 8, Width = 512, Heads = 8 }, 624, 3, 32, 4, 0.1)));
        Assert.That((options.Teacher.Layer, options.Autoencoder.Latents, options.Autoencoder.ActiveLatents), Is.EqualTo((6, 32_768, 32)));
        var batch = (long)main.Training.BatchSize * main.Training.Accumulation * options.Text.SequenceLength;
        Assert.That(main.Training.Tokens / batch, Is.InRange(37_000, 41_000), "40,000 updates");
    }

    [Test]
    public void Validated_WithFaults_NamesAll()
    {
        var good = Load("smoke");
        var study = good.Studies[0];
        var bad = good with
        {
            Text = good.Text with { TeacherShare = 0.9, VocabularySize = 10 },
            Teacher = good.Teacher with { Layer = 9, LearningRate = 0 },
            Autoencoder = good.Autoencoder with { ActiveLatents = 1000, File = "sae.pt" },
            WeakTeacher = null,
            Studies = [study with
            {
                MatchedWidth = 5, Insertion = 2, Labels = 99, RatesOf = "later", LearningRates = [], WeakTeacher = true,
                Runs = [new RunGroup(["A1", "A9"], 0), new RunGroup(["A1"], 1)], Training = study.Training with { InitialDeviation = 0 },
            }],
            Proxies = good.Proxies with { ContinuationTokens = 31 },
            Steering = good.Steering! with { Strengths = [1, 0], PromptTokens = 60 },
            Claims = [good.Claims[0] with { Endpoint = "luck" }],
        };
        var message = Assert.Throws<ArgumentException>(() => bad.Validated())!.Message;
        foreach (var fault in new[]
                 {
                     "0.9, 0.5, 0.1", "VocabularySize is 10", "Teacher.Layer is 9", "Teacher.LearningRate is 0", "1000 of them active",
                     "Teacher.Folder it was made for", "MatchedWidth is 5", "Insertion is 2", "Labels is 99", "'later'",
                     "LearningRates needs", "the options have none", "'A9'", "fewer than 1 seed", "'A1' more than once",
                     "InitialDeviation 0", "ContinuationTokens is 31", "Strengths are 1, 0", "prompts of 60 tokens", "'luck'",
                 })
            Assert.That(message, Does.Contain(fault));
    }

    [Test]
    public void Validated_RatesOfAStudyThatTriesNoneForAnArm_SaysWhich()
    {
        var good = Load("quick");
        var other = good.Studies[0] with { Name = "other", RatesOf = "main", Runs = [new RunGroup(["A1", "A4", "state-l1"], 1)] };
        Assert.That(() => (good with { Studies = [good.Studies[0], other] }).Validated(),
            Throws.ArgumentException.With.Message.Contains("tries no rate for A3, state-l2"));
    }

    private static ConceptsOptions Load(string preset) => PresetFile.Load<ConceptsOptions>(Experiment, preset, []);
}
