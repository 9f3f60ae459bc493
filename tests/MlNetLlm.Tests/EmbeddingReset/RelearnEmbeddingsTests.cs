using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.EmbeddingReset;

public sealed class RelearnEmbeddingsTests
{
    private static readonly RelearnEmbeddingsOptions _options = new()
    {
        MaxSteps = 6, BatchSize = 4, SequenceLength = 12, LearningRate = 0.02, WeightDecay = 0.01,
    };

    private LanguageModel _body = null!;

    [OneTimeSetUp]
    public void MakeBody() => _body = new LanguageModel(
        ToyModels.Create(ResetToys.Masked with { Dropout = 0.1 }), ResetToys.Tokenizer(), ResetToys.Special);

    [OneTimeTearDown]
    public void FreeBody() => _body.Dispose();

    [Test]
    public void Fit_LeavesTheBodyAsItIsToTheLastBit()
    {
        using var before = _body.Module.CopyWeights();
        var fitted = Fit(_options);
        Assert.That(ResetToys.Differences(before, _body.Module), Is.Empty, "the body given");
        Assert.That(
            ResetToys.Differences(before, fitted.Model.Module), Is.EquivalentTo(["embeddings.token.weight", "head.bias"]));
    }

    [Test]
    public void Fit_ComputesNoGradientAndKeepsNoMomentsForTheBody()
    {
        using var folder = new TemporaryFolder();
        Fit(_options with { CheckpointFolder = folder["run"] });
        using var state = MlNetLlm.Checkpoints.Safetensors.Open(Path.Combine(
            MlNetLlm.Persistence.AtomicFolder.Open(folder["run/step-000006"]), "optimizer.safetensors"));
        Assert.That(
            state.Header.Tensors.Select(entry => entry.Name.Split(".exp")[0].Split(".step")[0]).Distinct(),
            Is.EquivalentTo(["embeddings.token.weight", "head.bias"]));
    }

    [TestCase(OutputBias.Trained, true), TestCase(OutputBias.Zero, false), TestCase(OutputBias.Kept, false)]
    public void Fit_TreatsTheOutputBiasAsAsked(OutputBias bias, bool trained)
    {
        var before = ResetToys.Weights(_body.Module)["head.bias"];
        var after = ResetToys.Weights(Fit(_options with { OutputBias = bias }).Model.Module)["head.bias"];
        var start = ResetToys.Weights(Fit(_options with { OutputBias = bias, MaxSteps = 0 }).Model.Module)["head.bias"];
        Assert.That(start, bias == OutputBias.Kept ? Is.EqualTo(before) : Is.All.Zero);
        Assert.That(after.SequenceEqual(start), Is.EqualTo(!trained));
    }

    [Test]
    public void Fit_BeginsWithATableOfTheAskedSpreadAndAPaddingRowOfZeros()
    {
        var table = ResetToys.Table(Fit(_options with { MaxSteps = 0, StandardDeviation = 0.5 }).Model.Module);
        Assert.That(table.Take(8), Is.All.Zero);
        Assert.That(Math.Sqrt(table.Skip(8).Average(value => value * value)), Is.EqualTo(0.5).Within(0.2));
    }

    [Test]
    public void Fit_LowersTheLossOfTheNewLanguage()
    {
        var options = _options with { MaxSteps = 150, LearningRate = 0.05 };
        var loss = new MlNetLlm.Pretraining.PretrainOptions { BatchSize = 4, SequenceLength = 12 };
        var (start, end) = (Fit(options with { MaxSteps = 0 }), Fit(options));
        Assert.That(Loss(end.Model), Is.LessThan(Loss(start.Model) - 0.3));

        double Loss(LanguageModel model) => MlNetLlm.Pretraining.LanguageLoss.Of(model, ResetToys.Rows(seed: 2), loss);
    }

    [Test]
    public void Fit_ForAnotherVocabulary_MakesATableOfItsSize()
    {
        var model = Fit(_options, ResetToys.Tokenizer("abcdefghijklmn")).Model;
        Assert.That(model.Config, Is.EqualTo(_body.Config with { VocabularySize = 17 }));
        Assert.That(
            () => Fit(_options with { OutputBias = OutputBias.Kept }, ResetToys.Tokenizer("abcdefghijklmn")),
            Throws.ArgumentException.With.Message.Contains("the body's has 11 numbers, the new vocabulary 17 tokens"));
    }

    [Test]
    public void At_GivesTheTableAsItWasAfterAnUpdate([Values] bool inFolder)
    {
        using var folder = new TemporaryFolder();
        var options = _options with
        {
            KeepUpdates = [2, 4], Schedule = Schedule.Constant, CheckpointFolder = inFolder ? folder["run"] : null,
        };
        var fitted = Fit(options);
        Assert.That(fitted.Learned.KeptUpdates, Is.EqualTo([2, 4]));
        foreach (var update in new[] { 2, 4 })
        {
            using var kept = fitted.Learned.At(update);
            var ended = Fit(_options with { MaxSteps = update, Schedule = Schedule.Constant }).Model;
            Assert.That(kept.Fingerprint, Is.EqualTo(ended.Fingerprint));
        }
        Assert.That(() => fitted.Learned.At(3), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("Kept: 2, 4"));
    }

    [Test]
    public void Fit_StoppedAndResumed_EndsWithTheSameBitsAndKeptTables()
    {
        using var folder = new TemporaryFolder();
        var options = _options with { KeepUpdates = [2, 5], CheckpointFolder = folder["run"], Resume = true };
        using var stop = new CancellationTokenSource();
        var stopping = new RelearnEmbeddingsEstimator(
            _body, ResetToys.Tokenizer(), ResetToys.Special, options, new StopAt(3, stop), stop.Token);
        Assert.Throws<OperationCanceledException>(() => stopping.Fit(ResetToys.Rows()));

        var (alone, resumed) = (Fit(_options with { KeepUpdates = [2, 5] }), Fit(options));
        Assert.That(resumed.Model.Fingerprint, Is.EqualTo(alone.Model.Fingerprint));
        foreach (var update in new[] { 2, 5 })
        {
            using var a = alone.Learned.At(update);
            using var b = resumed.Learned.At(update);
            Assert.That(b.Fingerprint, Is.EqualTo(a.Fingerprint));
        }
    }

    [Test]
    public void Fit_OfADecoder_LearnsTheNextTokenUnderAFrozenBody()
    {
        using var decoder = new LanguageModel(
            ToyModels.Create(ToyModels.Llama with { TiedHead = false }), ResetToys.Tokenizer(), ResetToys.Special);
        var model = new RelearnEmbeddingsEstimator(decoder, ResetToys.Tokenizer(), ResetToys.Special, _options).Fit(ResetToys.Rows()).Model;
        Assert.That(ResetToys.Differences(decoder.Module, model.Module), Is.EquivalentTo(["embeddings.token.weight", "head.weight"]));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesThemAll()
        => Assert.That(
            () => Fit(_options with
            {
                TextShare = 0, TextTokens = -1, StandardDeviation = 0, KeepUpdates = [0], OutputBias = (OutputBias)9,
            }),
            Throws.ArgumentException.With.Message.Contains("TextShare is 0").And.Message.Contains("TextTokens is -1")
                .And.Message.Contains("StandardDeviation is 0").And.Message.Contains("KeepUpdates are 0")
                .And.Message.Contains("OutputBias is 9"));

    private ModelTransformer<RelearnedEmbeddings> Fit(RelearnEmbeddingsOptions options, VocabularyTokenizer? tokenizer = null) =>
        new RelearnEmbeddingsEstimator(_body, tokenizer ?? ResetToys.Tokenizer(), ResetToys.Special, options).Fit(ResetToys.Rows());

    private sealed class StopAt(int step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) source.Cancel();
        }
    }
}
