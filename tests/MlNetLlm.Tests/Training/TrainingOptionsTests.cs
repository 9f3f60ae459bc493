using MlNetLlm.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Training;

public sealed class TrainingOptionsTests
{
    public sealed record PlainOptions : TrainingOptions
    {
        public override double LearningRate { get; init; } = 1e-3;
    }

    [Test]
    public void Validated_OfTheDefaults_GivesTheSameObject()
    {
        var options = new PlainOptions();

        Assert.That(options.Validated(), Is.SameAs(options));
    }

    [Test]
    public void Defaults_AreAsDocumented()
        => Assert.That(new PlainOptions(), Is.EqualTo(new PlainOptions
        {
            TextColumn = "Text", CompletionColumn = null, TruncateLongRows = false, BatchSize = 16, SequenceLength = 128, MaxTokens = 0,
            MaxSteps = 1000, GradientAccumulation = 1, ClipNorm = 1, WeightDecay = 0, Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8,
            Schedule = Schedule.Cosine, WarmupSteps = 0, WarmupFromZero = false, FinalLearningRateShare = 0.1, EvaluateEvery = 0, Patience = 0, KeepBest = false, CheckpointFolder = null,
            CheckpointEvery = 0, KeepCheckpoints = 2, Resume = false, Seed = 1, Device = "cpu",
        }));

    [Test]
    public void Validated_WithManyFaults_ListsThemAllWithTheirValues()
    {
        var options = new PlainOptions { LearningRate = -1, BatchSize = 0, Beta2 = 1, Patience = 3, CheckpointEvery = 5, Device = "gpu" };

        Assert.That(() => options.Validated(), Throws.ArgumentException.With.Message.EqualTo(
            "PlainOptions: LearningRate is -1; expected above 0. BatchSize is 0; expected 1 or more. "
            + "Beta2 is 1; expected at least 0 and below 1. Patience is 3 but EvaluateEvery is 0; set EvaluateEvery too. "
            + "CheckpointEvery is 5 but CheckpointFolder is not set; set both. "
            + "Device is 'gpu'; expected 'cpu', 'cuda' or 'cuda:' and a number."));
    }

    private static IEnumerable<TestCaseData> Faulty()
    {
        var sound = new PlainOptions { CheckpointFolder = "x", EvaluateEvery = 1 };
        yield return Case(sound with { LearningRate = double.NaN }, "LearningRate is NaN; expected above 0.");
        yield return Case(sound with { LearningRate = double.PositiveInfinity }, "LearningRate is Infinity; expected above 0.");
        yield return Case(sound with { TextColumn = "" }, "TextColumn is empty; expected a column's name.");
        yield return Case(sound with { CompletionColumn = "" }, "CompletionColumn is empty; expected a column's name, or null.");
        yield return Case(sound with { CompletionColumn = "Text" },
            "CompletionColumn and TextColumn are both 'Text'; expected two columns.");
        yield return Case(sound with { SequenceLength = 1 }, "SequenceLength is 1; expected 2 or more.");
        yield return Case(sound with { MaxTokens = -1 }, "MaxTokens is -1; expected 0 or more.");
        yield return Case(sound with { MaxSteps = -1 }, "MaxSteps is -1; expected 0 or more.");
        yield return Case(sound with { GradientAccumulation = 0 }, "GradientAccumulation is 0; expected 1 or more.");
        yield return Case(sound with { ClipNorm = -0.5 }, "ClipNorm is -0.5; expected 0 or more.");
        yield return Case(sound with { WeightDecay = double.NaN }, "WeightDecay is NaN; expected 0 or more.");
        yield return Case(sound with { Beta1 = -0.1 }, "Beta1 is -0.1; expected at least 0 and below 1.");
        yield return Case(sound with { Epsilon = 0 }, "Epsilon is 0; expected above 0.");
        yield return Case(sound with { Schedule = (Schedule)9 }, "Schedule is 9; expected Constant, Linear, Cosine.");
        yield return Case(sound with { WarmupSteps = -2 }, "WarmupSteps is -2; expected 0 or more.");
        yield return Case(sound with { FinalLearningRateShare = 1.5 }, "FinalLearningRateShare is 1.5; expected 0 to 1.");
        yield return Case(sound with { EvaluateEvery = -1 }, "EvaluateEvery is -1; expected 0 or more.");
        yield return Case(sound with { Patience = -1 }, "Patience is -1; expected 0 or more.");
        yield return Case(sound with { EvaluateEvery = 0, KeepBest = true },
            "KeepBest is true but EvaluateEvery is 0; set EvaluateEvery too.");
        yield return Case(sound with { CheckpointFolder = "" }, "CheckpointFolder is empty; expected a folder, or null.");
        yield return Case(sound with { CheckpointEvery = -1 }, "CheckpointEvery is -1; expected 0 or more.");
        yield return Case(sound with { KeepCheckpoints = 0 }, "KeepCheckpoints is 0; expected 1 or more.");
        yield return Case(sound with { CheckpointFolder = null, Resume = true },
            "Resume is true but CheckpointFolder is not set; set both.");
        yield return Case(sound with { Device = "cuda:x" }, "Device is 'cuda:x'; expected 'cpu', 'cuda' or 'cuda:' and a number.");
    }

    private static TestCaseData Case(PlainOptions options, string fault) => new(options, fault);

    [TestCaseSource(nameof(Faulty))]
    public void Validated_WithOneFault_SaysWhatWasExpected(PlainOptions options, string fault)
        => Assert.That(() => options.Validated(), Throws.ArgumentException.With.Message.EqualTo($"PlainOptions: {fault}"));

    [TestCase("cpu")]
    [TestCase("cuda")]
    [TestCase("cuda:1")]
    public void Validated_WithAKnownDevice_Passes(string device)
        => Assert.That(new PlainOptions { Device = device }.Validated().Device, Is.EqualTo(device));

    [Test]
    public void Options_ThroughJson_StayTheSame()
    {
        var options = new PlainOptions { LearningRate = 0.1 + 0.2, MaxTokens = 1L << 40, Schedule = Schedule.Linear };

        Assert.That(StrictJson.Parse<PlainOptions>(StrictJson.ToBytes(options), "options.json"), Is.EqualTo(options));
    }
}
