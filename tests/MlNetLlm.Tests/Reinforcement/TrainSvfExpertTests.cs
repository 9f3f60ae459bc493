using System.Buffers;
using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.LanguageModels;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Reinforcement;

public sealed class TrainSvfExpertTests
{
    private readonly LanguageModelCatalog _catalog = new MLContext(1).LanguageModels();
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Fit_OnABandit_RaisesTheExpectedReward([Values(1, 2, 3)] int seed)
    {
        var fitted = Fit(BanditTask.Options with { Seed = seed, MaxSteps = 50 });
        Assert.That(ExpectedShareRight(fitted.Model), Is.GreaterThan(ExpectedShareRight(_model) + 0.05));
        var rewards = fitted.Iterations.Select(iteration => iteration.MeanReward).ToList();
        Assert.That(rewards.Skip(25).Average(), Is.GreaterThan(rewards.Take(25).Average()));
    }

    [Test]
    public void Fit_AtALargeWeightOfTheDivergence_StaysNearTheBaseModel([Values] KlDirection direction)
    {
        var free = Fit(BanditTask.Options with { KlWeight = 0 }).Iterations[^1].Kl!.Value;
        var held = Fit(BanditTask.Options with { KlWeight = 5, KlDirection = direction }).Iterations[^1].Kl!.Value;
        Assert.That(held, Is.LessThan(free / 2));
    }

    [Test]
    public void Fit_KeepsTheNuclearNormOfEveryMatrix()
    {
        var fitted = Fit(BanditTask.Options);
        foreach (var name in fitted.Learned.Matrices)
        {
            var before = Nuclear(_model, name);
            Assert.That(Nuclear(fitted.Model, name), Is.EqualTo(before).Within(1e-5 * before), name);
            Assert.That(fitted.Learned.Multipliers(name), Has.All.Positive.And.Some.Not.EqualTo(1).Within(1e-3), name);
        }
    }

    [Test]
    public void Fit_LeavesEmbeddingsAndTheTiedHeadAlone()
    {
        var fitted = Fit(BanditTask.Options with { MaxSteps = 2 });
        Assert.That(_model.Config.TiedHead, Is.True);
        Assert.That(fitted.Learned.Matrices, Has.None.Contains("embed").And.None.Contains("head"));
        Assert.That(ToyModels.LargestDifference(fitted.Model.Module.TokenEmbedding, _model.Module.TokenEmbedding), Is.Zero);
    }

    [Test]
    public void Iterations_SayWhatEachSaw()
    {
        var iterations = Fit(BanditTask.Options with { MaxSteps = 3, RewardWrong = -0.1 }).Iterations;
        Assert.That(iterations.Select(i => i.Iteration), Is.EqualTo(new[] { 1, 2, 3 }));
        var first = iterations[0];
        Assert.That(first.MeanReward, Is.EqualTo(first.ShareRight - 0.1 * (1 - first.ShareRight)).Within(1e-12));
        Assert.That(first.Kl, Is.Zero.Within(1e-6), "the start is the base model");
        Assert.That(iterations[2].Kl, Is.GreaterThan(1e-6));
        Assert.That(first.Entropy, Is.InRange(0.01, Math.Log(_model.Config.VocabularySize)));
        Assert.That((first.MultiplierMin, first.MultiplierMax), Is.EqualTo((1.0, 1.0)).Within(1e-5));
        Assert.That(iterations[2].MultiplierMin, Is.LessThan(0.99));
        Assert.That(iterations[2].MultiplierMax, Is.GreaterThan(1.01));
        Assert.That((first.AnswerTokens, first.ValidationShareRight), Is.EqualTo((1.0, (double?)null)));
    }

    [Test]
    public void Iterations_WhenNothingIsRight_SayThatAllRewardsWereEqual()
    {
        var options = BanditTask.Options with { MaxSteps = 2, MeasureKl = false, BatchMeanBaseline = false };
        var iterations = Fit(options, reward: new Never()).Iterations;
        Assert.That(iterations.Select(i => (i.ShareEqualRewards, i.MeanReward, i.Kl)), Is.All.EqualTo((1.0, -1.0, (double?)null)));
    }

    [Test]
    public void Fit_WithABaselineAndEqualRewards_LearnsNothing()
    {
        var fitted = Fit(BanditTask.Options with { MaxSteps = 2 }, reward: new Never());
        foreach (var name in fitted.Learned.Matrices)
            Assert.That(fitted.Learned.Multipliers(name), Is.All.EqualTo(1).Within(1e-6), name);
    }

    [Test]
    public void Fit_WithValidation_KeepsTheBestAndLogsIt()
    {
        var options = BanditTask.Options with { MaxSteps = 12, EvaluateEvery = 3, KeepBest = true };
        var fitted = _catalog.TrainSvfExpert(_model, new BanditTask.OneOf(), options).Fit(BanditTask.Rows(), BanditTask.Rows(4));
        var validated = fitted.Iterations.Where(i => i.ValidationShareRight is not null).ToList();
        Assert.That(validated.Select(i => i.Iteration), Is.EqualTo(new[] { 3, 6, 9, 12 }));
        var best = validated.MaxBy(i => i.ValidationShareRight)!;                       // the first of equals
        Assert.That((fitted.Training.BestStep, 1 - fitted.Training.BestValidationLoss),
            Is.EqualTo((best.Iteration, best.ValidationShareRight)));
        var answers = _catalog.Answers(fitted.Model, BanditTask.Rows(4), new BanditTask.OneOf(), new AnswerOptions { MaxTokens = 1 });
        Assert.That(answers.Average(a => a.IsRight ? 1.0 : 0), Is.EqualTo(best.ValidationShareRight));
    }

    [Test]
    public void Iterations_WithValidationAfterEach_SayTheMultipliersOfEach()
    {
        var options = BanditTask.Options with { MaxSteps = 4 };
        var plain = Fit(options).Iterations;
        var validated = _catalog.TrainSvfExpert(_model, new BanditTask.OneOf(), options with { EvaluateEvery = 1 })
            .Fit(BanditTask.Rows(), BanditTask.Rows(4)).Iterations;
        Assert.That(validated.Select(i => i with { ValidationShareRight = null }), Is.EqualTo(plain));
        Assert.That(validated.Select(i => i.MultiplierMax), Is.Unique);
        Assert.That(validated.Select(i => i.ValidationShareRight), Has.None.Null);
    }

    [Test]
    public void Fit_Greedily_IsReproducibleAndWritesOneAnswerAPrompt()
    {
        var iterations = Fit(BanditTask.Options with { Temperature = 0, MaxSteps = 3, RewardWrong = -0.1 }).Iterations;
        Assert.That(Fit(BanditTask.Options with { Temperature = 0, MaxSteps = 3, RewardWrong = -0.1 }).Iterations, Is.EqualTo(iterations));
    }

    [Test]
    public void Fit_Resumed_EndsWithTheSameBitsAndTheSameIterations()
    {
        using var folder = new TemporaryFolder();
        var alone = BanditTask.Options with { MaxSteps = 10, GradientAccumulation = 2, EvaluateEvery = 2, KeepBest = true };
        var whole = _catalog.TrainSvfExpert(_model, new BanditTask.OneOf(), alone).Fit(BanditTask.Rows(), BanditTask.Rows(4));
        var options = alone with { CheckpointFolder = folder.Path, CheckpointEvery = 1, Resume = true };
        using var stop = new CancellationTokenSource();
        var cut = _catalog.TrainSvfExpert(_model, new BanditTask.OneOf(), options, new StopAt(5, stop), stop.Token);
        Assert.Throws<OperationCanceledException>(() => cut.Fit(BanditTask.Rows(), BanditTask.Rows(4)));
        var resumed = _catalog.TrainSvfExpert(_model, new BanditTask.OneOf(), options).Fit(BanditTask.Rows(), BanditTask.Rows(4));

        Assert.That(resumed.Model.Fingerprint, Is.EqualTo(whole.Model.Fingerprint));
        Assert.That(resumed.Iterations, Is.EqualTo(whole.Iterations));
        var other = _catalog.TrainSvfExpert(_model, new Never(), options);
        Assert.That(() => other.Fit(BanditTask.Rows(), BanditTask.Rows(4)),
            Throws.InvalidOperationException.With.Message.Contains("the data was"), "another reward is another run");
    }

    /// <summary>
    /// An iteration grades twice 16 answers, and every second one four more in its validation: the 5th call of iteration 4 is within its
    /// first batch, the last one right before its validation.
    /// </summary>
    [TestCase(3 * 32 + 4 + 5, 3)]
    [TestCase(4 * 32 + 4, 4)]
    public void Fit_CancelledWhileItGrades_ResumesToTheSameBits(int call, int steps)
    {
        using var folder = new TemporaryFolder();
        var alone = BanditTask.Options with { MaxSteps = 6, GradientAccumulation = 2, EvaluateEvery = 2, KeepBest = true };
        var whole = _catalog.TrainSvfExpert(_model, new BanditTask.OneOf(), alone).Fit(BanditTask.Rows(), BanditTask.Rows(4));
        var options = alone with { CheckpointFolder = folder.Path, Resume = true };
        using var stop = new CancellationTokenSource();
        var cut = _catalog.TrainSvfExpert(_model, new CancelsAt(call, stop), options, null, stop.Token);
        Assert.That(() => cut.Fit(BanditTask.Rows(), BanditTask.Rows(4)), Throws.TypeOf<OperationCanceledException>()
            .With.Message.EqualTo($"Training was cancelled after step {steps} of 6."));
        Assert.That(Directory.Exists(folder[$"step-{steps:D6}"]));

        var resumed = _catalog.TrainSvfExpert(_model, new BanditTask.OneOf(), options).Fit(BanditTask.Rows(), BanditTask.Rows(4));

        Assert.That(resumed.Model.Fingerprint, Is.EqualTo(whole.Model.Fingerprint));
        Assert.That(resumed.Iterations, Is.EqualTo(whole.Iterations));
    }

    /// <summary>
    /// The model breaks before the 16 answers of the first iteration, after them, and between the two batches of its validation.
    /// </summary>
    [TestCase(0)]
    [TestCase(16)]
    [TestCase(17)]
    public void Fit_OfAModelThatGivesNoNumbers_SaysSo(int call)
    {
        using var broken = Toy.Model();
        var reward = new BreaksAt(call, broken);
        if (call == 0) reward.Break();
        var estimator = _catalog.TrainSvfExpert(broken, reward, BanditTask.Options with { EvaluateEvery = call > 16 ? 1 : 0 });
        var error = Assert.Throws<TrainingDivergedException>(() => estimator.Fit(BanditTask.Rows(), call > 16 ? BanditTask.Rows(20) : null));
        Assert.That(error!.Message, Does.StartWith(call == 16 ? "Loss became NaN" : "A logit became NaN").And.Contain(" at step 1 ("));
        Assert.That(error.InnerException, call == 16 ? Is.Null
            : Is.TypeOf<LogitException>().With.Message.EndsWith(" is NaN: the model's weights or its input are broken."));
    }

    [Test]
    public void Fit_WhoseAnswersCannotBeRead_PassesTheErrorOn()
    {
        using var model = new LanguageModel(ToyModels.Create(ToyModels.Llama with { VocabularySize = 12 }), new Unreadable());
        Assert.That(() => _catalog.TrainSvfExpert(model, new BanditTask.OneOf(), BanditTask.Options).Fit(BanditTask.Rows()),
            Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Fit_WithoutTheEndToken_DoesNotLearnToStop()
    {
        // Only what ends at once is right, and only by its end token can the policy learn that.
        var options = BanditTask.Options with { BatchMeanBaseline = false, RewardWrong = 0 };
        var with = Fit(options, reward: new Silence()).Iterations;
        var without = Fit(options with { LearnEndToken = false }, reward: new Silence()).Iterations;
        Assert.That(Ended(with.Skip(20)), Is.GreaterThan(Ended(with.Take(10))).And.GreaterThan(Ended(without.Skip(20)) + 0.05));

        double Ended(IEnumerable<ReinforceIteration> iterations) => iterations.Average(iteration => iteration.ShareEnded);
    }

    [Test]
    public void Fit_WithAReferenceThatTheRewardCannotRead_NamesTheRow()
    {
        var error = Assert.Throws<InvalidDataException>(() => Fit(BanditTask.Options, reward: new NumericAnswerReward()));
        Assert.That(error!.Message, Does.StartWith("Row 1: no answer could be right, as column 'Answer' is at fault: 'ab' does not end"));
    }

    [Test]
    public void Fit_WithALongPrompt_SaysWhatToChange()
    {
        var error = Assert.Throws<InvalidDataException>(() => Fit(BanditTask.Options with { SequenceLength = 3 }));
        Assert.That(error!.Message, Is.EqualTo("Row 1 has a prompt of 5 tokens; there is room for 2. "
            + "Raise SequenceLength, lower MaxAnswerTokens, or set TruncateLongRows."));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesEveryFault()
    {
        var options = new TrainSvfExpertOptions
        {
            RewardRight = -2, KlWeight = -1, Temperature = double.NaN, MaxAnswerTokens = 0, MaxTokens = 5, KlDirection = (KlDirection)9,
        };
        var error = Assert.Throws<ArgumentException>(() => _catalog.TrainSvfExpert(_model, new Never(), options));
        foreach (var fault in new[]
            { "RewardWrong is -1", "KlWeight is -1", "Temperature is NaN", "MaxAnswerTokens is 0", "MaxTokens is 5", "KlDirection is 9" })
            Assert.That(error!.Message, Does.Contain(fault));
    }

    [Test]
    public void Create_ForAModelThatIsNotCausal_SaysSo()
    {
        using var masked = new LanguageModel(ToyModels.Create(ToyModels.Roberta with { VocabularySize = 12 }), _model.Tokenizer);
        Assert.That(() => _catalog.TrainSvfExpert(masked, new Never()), Throws.ArgumentException.With.Message.Contains("causal"));
    }

    private FineTuning.ModelTransformer<SvfExpert> Fit(TrainSvfExpertOptions options, IReward? reward = null) =>
        _catalog.TrainSvfExpert(_model, reward ?? new BanditTask.OneOf(), options).Fit(BanditTask.Rows());

    // The probability that a sampled answer is right, exactly: one token, so the sum over the right ones.
    private static double ExpectedShareRight(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        return Enumerable.Range(0, 4).Average(i =>
        {
            var prompt = model.Tokenizer.EncodeToIds("abcd"[i..]).Prepend(model.Special.Bos!.Value).Select(id => (long)id).ToArray();
            var policy = model.Module.call(tensor(prompt, [1, prompt.Length]))[0, -1].softmax(-1);
            return (i % 2 == 0 ? "ab" : "bc").Sum(letter => policy[model.Tokenizer.EncodeToIds($"{letter}")[0]].item<float>());
        });
    }

    private static double Nuclear(LanguageModel model, string name)
    {
        using var scope = NewDisposeScope();
        var weight = model.Module.Projections.Single(projection => projection.Name == name).Weight;
        return SvfMath.Factor(weight).sigma.sum().item<float>();
    }

    private sealed record Never : IReward
    {
        public bool IsRight(string prompt, string answer, string reference) => false;
    }

    /// <summary>The bandit's reward, which cancels at a call.</summary>
    private sealed class CancelsAt(int call, CancellationTokenSource stop) : IReward
    {
        private readonly BanditTask.OneOf _reward = new();
        private int _calls;

        public bool IsRight(string prompt, string answer, string reference)
        {
            if (++_calls == call) stop.Cancel();
            return _reward.IsRight(prompt, answer, reference);
        }

        public override string ToString() => $"{_reward}";
    }

    /// <summary>Breaks the model's weights at a call.</summary>
    private sealed class BreaksAt(int call, LanguageModel model) : IReward
    {
        private int _calls;

        public void Break() => model.Module.TokenEmbedding.fill_(double.NaN);

        public bool IsRight(string prompt, string answer, string reference)
        {
            if (++_calls == call) Break();
            return false;
        }
    }

    private sealed class Unreadable : Tokenizer
    {
        protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
        {
            var length = text?.Length ?? textSpan.Length;
            EncodedToken[] tokens = [.. Enumerable.Range(0, length).Select(i => new EncodedToken(2, "a", i..(i + 1)))];
            return new EncodeResults<EncodedToken> { Tokens = tokens, CharsConsumed = length };
        }

        public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
            throw new ObjectDisposedException("a file of the tokenizer's");
    }

    private sealed record Silence : IReward
    {
        public bool IsRight(string prompt, string answer, string reference) => answer.Length == 0;
    }

    private sealed class StopAt(int step, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) stop.Cancel();
        }
    }
}
