using MlNetLlm.Checkpoints;
using MlNetLlm.Data;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.EmbeddingReset;

public sealed class PeriodicResetTests
{
    private const string E = "embeddings.token.weight";

    /// <summary>One embedding and two body weights under the loss e + 2 b₁ - 2 b₂: the gradient is (1, 2, -2) at every update.</summary>
    private sealed class ThreeParameters : IBatchSource
    {
        public Parameter Embedding { get; } = New(0.5f);

        public Parameter[] Body { get; } = [New(1), New(-1)];

        public long Position { get; set; }

        public double TokensPerBatch => 1;

        public string Fingerprint => "three";

        public TokenBatch Next()
        {
            Position++;
            return TokenBatch.Of([0], [0], 1);
        }

        public Tensor Loss(TokenBatch batch) => Embedding.sum() + Body[0].sum() * 2 - Body[1].sum() * 2;

        private static Parameter New(float value) => new(tensor(new[] { value }, [1, 1]).DetachFromDisposeScope());
    }

    /// <remarks>
    /// U = 6, K = 2, W = 2, peak 0.1. Norm 3 is clipped to 0.5, so the gradient is (1, 2, -2) / 6. Adam's step on a constant gradient g is
    /// rate · g / (|g| + ε), whatever the counter, as long as moments and counter begin together; so a body weight moves by the sum of
    /// its rates, and an embedding by the rate since its last reset. u_e is 0, 3, 0, 3, 0, 3.
    /// </remarks>
    [Test]
    public void AfterStep_OfThreeParametersOverTwoResets_IsTheWorkedExample()
    {
        using var folder = new TemporaryFolder();
        var three = new ThreeParameters();
        var options = new ToyOptions
        {
            LearningRate = 0.1, MaxSteps = 6, WarmupSteps = 2, WarmupFromZero = true, Schedule = Schedule.Linear,
            FinalLearningRateShare = 0, ClipNorm = 0.5, Beta1 = 0.9, Beta2 = 0.98, Epsilon = 1e-6, CheckpointFolder = folder["run"],
            CheckpointEvery = 1, KeepCheckpoints = 10,
        };
        var streams = new RandomStreams(1);
        var reset = new PeriodicReset(
            new ResetParts([(E, three.Embedding)], [("b1", three.Body[0]), ("b2", three.Body[1])]),
            new Dictionary<string, WeightRole> { [E] = WeightRole.Embedding }, layers: 1,
            new EmbeddingResetOptions { Interval = 2 }, options, steps: 6, streams, padding: null);
        var updates = new List<(double E, double B1, double B2, double Before, IReadOnlyList<GroupMetrics> Groups, double Norm)>();
        var job = new TrainingJob
        {
            Groups = reset.Groups, Batches = three, Loss = three.Loss, ModelFingerprint = "three", Random = streams, Notes = reset.Notes,
            AfterStep = step =>
            {
                var before = three.Embedding.item<float>();
                reset.AfterStep(step);
                updates.Add((three.Embedding.item<float>(), three.Body[0].item<float>(), three.Body[1].item<float>(), before, step.Groups,
                    step.GradientNorm));
            },
        };

        TrainingLoop.Run(job, options, files: new UnsyncedFileSystem());

        double[] embeddingRates = [0, 0.075, 0, 0.075, 0, 0.075], bodyRates = [0, 0.05, 0.1, 0.075, 0.05, 0.025];
        var (shareE, shareB) = (1.0 / 6 / (1.0 / 6 + 1e-6), 1.0 / 3 / (1.0 / 3 + 1e-6));       // g / (|g| + ε)
        var (e, b) = (0.5, 0.0);
        for (var n = 1; n <= 6; n++)
        {
            var u = updates[n - 1];
            var (tE, isReset) = ((n - 1) % 2 + 1, n is 2 or 4);
            e -= embeddingRates[n - 1] * shareE;
            b += bodyRates[n - 1] * shareB;
            Assert.That(u.Groups.Select(group => group.LearningRate), Is.EqualTo([embeddingRates[n - 1], bodyRates[n - 1]]).Within(1e-12));
            Assert.That(u.Groups.Select(group => group.Updates), Is.EqualTo(new long[] { tE, n }), $"counters at update {n}");
            Assert.That(u.Norm, Is.EqualTo(3).Within(1e-6), "before clipping");
            Assert.That(u.Before, Is.EqualTo(e).Within(1e-6), $"embedding after update {n}, before a reset");
            Assert.That((u.B1, u.B2), Is.EqualTo((1 - b, b - 1)).Using<(double, double)>(Near), $"body after update {n}");
            if (isReset)
                Assert.That(u.E, Is.Not.EqualTo(u.Before).And.InRange(-0.2, 0.2), "drawn from N(0, 0.02²)");
            e = isReset ? u.E : e;

            using var state = Safetensors.Open(Path.Combine(AtomicFolder.Open(folder[$"run/step-{n:D6}"]), "optimizer.safetensors"));
            Assert.That(Number(state, $"{E}.step"), Is.EqualTo(isReset ? 0 : tE));
            Assert.That(Number(state, $"{E}.exp_avg"), Is.EqualTo(isReset ? 0 : (1 - Math.Pow(0.9, tE)) / 6).Within(1e-7));
            Assert.That(Number(state, $"{E}.exp_avg_sq"), Is.EqualTo(isReset ? 0 : (1 - Math.Pow(0.98, tE)) / 36).Within(1e-8));
            Assert.That(Number(state, "b2.step"), Is.EqualTo(n));
            Assert.That(Number(state, "b2.exp_avg"), Is.EqualTo(-(1 - Math.Pow(0.9, n)) / 3).Within(1e-7));
            Assert.That(Number(state, "b2.exp_avg_sq"), Is.EqualTo((1 - Math.Pow(0.98, n)) / 9).Within(1e-8));
        }

        static bool Near((double, double) a, (double, double) c) =>
            Math.Abs(a.Item1 - c.Item1) < 1e-6 && Math.Abs(a.Item2 - c.Item2) < 1e-6;
        static double Number(SafetensorsFile file, string name) => file.Read(name).to(ScalarType.Float64).sum().item<double>();
    }

    [Test]
    public void Fit_ThatEndsWithAReset_ChangesTheTableItsMomentsAndCounterAndNothingElse([Values] bool tied)
    {
        using var folder = new TemporaryFolder();
        var config = ResetToys.Masked with { TiedHead = tied };
        var models = new List<TransformerModel>();
        foreach (var atEnd in new[] { false, true })
            models.Add(ResetToys.Pretrain(
                ResetToys.Options with
                {
                    Reset = new EmbeddingResetOptions { Interval = 6, ResetAtEnd = atEnd }, CheckpointFolder = folder[$"{atEnd}"],
                }, config).Model.Module);
        string[] tables = tied ? [E] : [E, "head.weight"];

        Assert.That(ResetToys.Differences(models[0], models[1]), Is.EquivalentTo(tables));
        using var without = Safetensors.Open(Path.Combine(AtomicFolder.Open(folder["False/step-000012"]), "optimizer.safetensors"));
        using var with = Safetensors.Open(Path.Combine(AtomicFolder.Open(folder["True/step-000012"]), "optimizer.safetensors"));
        foreach (var name in with.Header.Tensors.Select(entry => entry.Name))
        {
            var isTable = tables.Any(table => name.StartsWith($"{table}.", StringComparison.Ordinal));
            var (a, b) = (without.Read(name), with.Read(name));
            if (isTable)
                Assert.That(b.to(ScalarType.Float64).abs().sum().item<double>(), Is.Zero, name);
            Assert.That(a.bytes.SequenceEqual(b.bytes), Is.EqualTo(!isTable), name);
        }
    }

    [Test]
    public void Fit_AfterAReset_HasATableOfTheAskedSpreadAndAPaddingRowOfZeros()
    {
        var config = ResetToys.Masked with { VocabularySize = 2000 };
        var module = ResetToys.Pretrain(
            ResetToys.Options with { MaxSteps = 2, Reset = new EmbeddingResetOptions { Interval = 2, ResetAtEnd = true } },
            config).Model.Module;

        var table = ResetToys.Table(module);
        var drawn = table.Skip(config.Width).Select(value => (double)value).ToList();
        var mean = drawn.Average();
        var deviation = Math.Sqrt(drawn.Average(value => (value - mean) * (value - mean)));
        Assert.That(table.Take(config.Width), Is.All.Zero);
        Assert.That(mean, Is.Zero.Within(5 * 0.02 / Math.Sqrt(drawn.Count)));
        Assert.That(deviation, Is.EqualTo(0.02).Within(5 * 0.02 / Math.Sqrt(2.0 * drawn.Count)));
    }

    [Test]
    public void Fit_AfterAReset_ComputesWithTheNewTable()
    {
        var module = ResetToys.Pretrain(
            ResetToys.Options with { Reset = new EmbeddingResetOptions { Interval = 6, ResetAtEnd = true } },
            ToyModels.Llama).Model.Module;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var tokens = ToyModels.Tokens(2, 6);
        var inputs = module.Hidden(tokens, new ForwardOptions { Layers = 0 });
        var hidden = module.Hidden(tokens);
        Assert.That(ToyModels.LargestDifference(inputs, module.TokenEmbedding[tokens]), Is.Zero);
        Assert.That(ToyModels.LargestDifference(module.call(tokens), hidden.matmul(module.TokenEmbedding.t())), Is.LessThan(1e-6));
    }

    [Test]
    public void Fit_WithAnIntervalAboveTheUpdates_IsPlainPretrainingToTheLastBit()
    {
        var plain = ResetToys.Pretrain(ResetToys.Options);
        var never = ResetToys.Pretrain(ResetToys.Options with { Reset = new EmbeddingResetOptions { Interval = 13 } });
        Assert.That(never.Model.Fingerprint, Is.EqualTo(plain.Model.Fingerprint));
        Assert.That(plain.Episodes, Is.Empty);
        Assert.That(never.Episodes, Has.Count.EqualTo(1));
    }

    [Test]
    public void Fit_OfBothArms_SeesTheSameUpToTheFirstReset()
    {
        var losses = new List<List<double>>();
        foreach (var reset in new[] { null, new EmbeddingResetOptions { Interval = 6, GlobalSchedule = true } })
        {
            var seen = new List<double>();
            ResetToys.Pretrain(ResetToys.Options with { Reset = reset }, progress: new Losses(seen));
            losses.Add(seen);
        }
        Assert.That(losses[1].Take(6), Is.EqualTo(losses[0].Take(6)));
        Assert.That(losses[1][7], Is.Not.EqualTo(losses[0][7]));
    }

    [Test]
    public void Fit_StoppedAnywhereAndResumed_EndsWithTheSameBitsAndEpisodes([Values(3, 5, 6, 7, 11)] int stopAfter)
    {
        using var folder = new TemporaryFolder();
        var options = ResetToys.Options with { Reset = new EmbeddingResetOptions { Interval = 4, LossWindow = 2 } };
        var dropping = ResetToys.Masked with { Dropout = 0.1 };
        var alone = ResetToys.Pretrain(options, dropping);
        var kept = options with { CheckpointFolder = folder["run"], Resume = true };
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => ResetToys.Pretrain(kept, dropping, new StopAt(stopAfter, stop), stop.Token));

        var resumed = ResetToys.Pretrain(kept, dropping);

        Assert.That(resumed.Model.Fingerprint, Is.EqualTo(alone.Model.Fingerprint));
        Assert.That(resumed.Episodes, Is.EqualTo(alone.Episodes));
        Assert.That(resumed.Episodes, Has.Count.EqualTo(3));
    }

    [Test]
    public void Episodes_SayWhatTheLossDid()
    {
        using var folder = new TemporaryFolder();
        var fitted = ResetToys.Pretrain(ResetToys.Options with
        {
            MaxSteps = 120, LearningRate = 0.03, CheckpointFolder = folder["run"],
            Reset = new EmbeddingResetOptions { Interval = 40, LossWindow = 4, RecoveryMargin = 0.5 },
        });
        var log = TrainingMetrics.Read(folder["run"]);
        Assert.That(fitted.Episodes.Select(episode => episode.FirstUpdate), Is.EqualTo([1, 41, 81]));
        foreach (var episode in fitted.Episodes)
        {
            var own = log.Skip(episode.FirstUpdate - 1).Take(40).ToList();
            Assert.That(episode.Updates, Is.EqualTo(40));
            Assert.That(episode.FirstLoss, Is.EqualTo(own[0].Loss));
            Assert.That(episode.EndLoss, Is.EqualTo(own.TakeLast(4).Average(metrics => metrics.Loss)).Within(1e-12));
            Assert.That(episode.MeanGradientNorm, Is.EqualTo(own.Average(metrics => metrics.GradientNorm)).Within(1e-9));
            Assert.That(episode.LargestGradientNorm, Is.EqualTo(own.Max(metrics => metrics.GradientNorm)));
            Assert.That((episode.StepCounter, episode.LearningRate), Is.EqualTo((40L, own[^1].Groups![0].LearningRate)));
            Assert.That(episode.StandardDeviation, Is.GreaterThan(0.02));
            if (episode.Number == 0)
            {
                Assert.That(episode.Spike, Is.Null);
                continue;
            }
            var before = fitted.Episodes[episode.Number - 1].EndLoss;
            Assert.That(episode.Spike, Is.EqualTo(own.Max(metrics => metrics.Loss) - before).Within(1e-12));
            int? recovered = Enumerable.Range(4, 37).Cast<int?>()
                .FirstOrDefault(n => own.Take(n!.Value).TakeLast(4).Average(metrics => metrics.Loss) <= before + 0.5);
            Assert.That(episode.RecoveryUpdates, Is.EqualTo(recovered));
        }
    }

    private static IEnumerable<TestCaseData> Controls()
    {
        yield return Case("perturb", new() { Change = ResetChange.Perturb, Keep = 0.5 }, E);
        yield return Case("scale", new() { Change = ResetChange.RedrawAtCurrentScale }, E);
        yield return Case("shuffle", new() { Change = ResetChange.ShuffleRows }, E);
        yield return Case("none", new() { Change = ResetChange.None });
        yield return Case("bias", new() { ResetOutputBias = true }, E, "head.bias");
        yield return Case("transform", new() { Target = ResetTarget.HeadTransform },
            "head.transform.weight", "head.transform.bias", "head.transform.norm.weight", "head.transform.norm.bias");
        yield return Case("last layer", new() { Target = ResetTarget.LastLayer },
            [.. new[]
                {
                    "attention.query", "attention.key", "attention.value", "attention.output", "mlp.up", "mlp.down", "attention_norm",
                    "mlp_norm",
                }
                .SelectMany(part => new[] { $"layers.1.{part}.weight", $"layers.1.{part}.bias" })]);

        static TestCaseData Case(string name, EmbeddingResetOptions options, params string[] changed) =>
            new TestCaseData(options with { Interval = 6 }, changed).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Controls))]
    public void Fit_OfAControl_ChangesWhatItSaysAtTheReset(EmbeddingResetOptions reset, string[] changed)
    {
        var without = ResetToys.Pretrain(ResetToys.Options with { Reset = reset }).Model.Module;
        var with = ResetToys.Pretrain(ResetToys.Options with { Reset = reset with { ResetAtEnd = true } }).Model.Module;
        Assert.That(ResetToys.Differences(without, with), Is.EquivalentTo(changed));
        if (reset.Change == ResetChange.ShuffleRows)
            Assert.That(Vectors(with), Is.EquivalentTo(Vectors(without)), "the same vectors");

        static IEnumerable<string> Vectors(TransformerModel module) =>
            ResetToys.Table(module).Chunk(ResetToys.Masked.Width).Select(row => string.Join(" ", row));
    }

    [Test]
    public void Fit_OfARandomMatrix_ResetsOneThatTheSeedChooses()
    {
        var reset = new EmbeddingResetOptions { Target = ResetTarget.RandomMatrix, Interval = 6 };
        var without = ResetToys.Pretrain(ResetToys.Options with { Reset = reset }).Model.Module;
        var with = ResetToys.Pretrain(ResetToys.Options with { Reset = reset with { ResetAtEnd = true } }).Model.Module;
        var changed = ResetToys.Differences(without, with).ToList();
        Assert.That(changed, Has.Count.EqualTo(1));
        Assert.That(with.Projections.Select(projection => $"{projection.Name}.weight"), Does.Contain(changed[0]));
    }

    [Test]
    public void Fit_WithKeptMoments_KeepsThem()
    {
        using var folder = new TemporaryFolder();
        ResetToys.Pretrain(ResetToys.Options with
        {
            Reset = new EmbeddingResetOptions { Interval = 6, ResetAtEnd = true, KeepMoments = true }, CheckpointFolder = folder["run"],
        });
        using var state = Safetensors.Open(Path.Combine(AtomicFolder.Open(folder["run/step-000012"]), "optimizer.safetensors"));
        Assert.That(state.Read($"{E}.step").item<long>(), Is.EqualTo(12));
        Assert.That(state.Read($"{E}.exp_avg").abs().sum().item<float>(), Is.Positive);
    }

    [Test]
    public void Fit_OfADecoder_LearnsTheNextTokenWithResets()
    {
        var seen = new List<double>();
        var fitted = ResetToys.Pretrain(
            ResetToys.Options with { MaxSteps = 120, LearningRate = 0.03, Reset = new EmbeddingResetOptions { Interval = 60 } },
            ToyModels.Llama, new Losses(seen));
        Assert.That(fitted.Episodes, Has.Count.EqualTo(2));
        Assert.That(seen[60], Is.GreaterThan(seen[59] + 0.5), "the spike");
        Assert.That(fitted.Episodes[1].EndLoss, Is.LessThan(seen[60] - 0.5), "and its recovery");
    }

    [Test]
    public void Fit_ThatKeepsTheBest_TakesOneBetweenResets()
    {
        // validations at 40, 80 and 120 see a table that was just drawn
        var options = ResetToys.Options with
        {
            MaxSteps = 120, LearningRate = 0.03, EvaluateEvery = 20, KeepBest = true,
            Reset = new EmbeddingResetOptions { Interval = 40, ResetAtEnd = true },
        };
        var fitted = new MlNetLlm.Pretraining.PretrainEstimator(ResetToys.Masked, ResetToys.Tokenizer(), ResetToys.Special, options)
            .Fit(ResetToys.Rows(), ResetToys.Rows(seed: 2));
        Assert.That(fitted.Training.BestStep, Is.AnyOf(20, 60, 100));
        Assert.That(fitted.Training.BestValidationLoss, Is.LessThan(fitted.Training.ValidationLoss!));
    }

    [Test]
    public void Fit_WithAnIntervalThatDoesNotDivideTheStepsOfItsTokens_IsRefused()
    {
        // the number of updates follows from MaxTokens, so that only Fit can know it
        var options = ResetToys.Options with { MaxTokens = 100, Reset = new EmbeddingResetOptions { Interval = 7 } };
        Assert.That(() => ResetToys.Pretrain(options), Throws.ArgumentException.With.Message.Contains("does not divide"));
    }

    private sealed class Losses(List<double> seen) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => seen.Add(value.Loss);
    }

    private sealed class StopAt(int step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) source.Cancel();
        }
    }
}
