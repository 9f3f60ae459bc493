using MlNetLlm.Data;
using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Training;

public sealed class TrainingLoopTests
{
    private const string Text = "the quick brown fox jumps over the lazy dog and runs away from the angry bees in the green garden";

    private static readonly ToyOptions _options = new() { BatchSize = 2, SequenceLength = 8, MaxSteps = 20 };

    /// <summary>f(x) = Σ aᵢ (xᵢ - cᵢ)² for three parameters; every batch counts one token.</summary>
    internal sealed class Quadratic : IBatchSource
    {
        public static readonly double[] Start = [1.0, -2.0, 0.5], A = [1.0, 0.3, 20.0], C = [3.0, 0.0, -1.0];

        public Parameter[] X { get; } = [.. Start.Select(x => new Parameter(tensor((float)x).DetachFromDisposeScope()))];

        public long Position { get; set; }

        public double TokensPerBatch => 1;

        public string Fingerprint => "quadratic";

        public TokenBatch Next()
        {
            Position++;
            return TokenBatch.Of([0], [0], 1);
        }

        public TrainingJob Job(params ParameterGroup[] groups) => new()
        {
            Groups = groups, Batches = this, ModelFingerprint = "quadratic",
            Loss = _ => X.Select((x, i) => (x - C[i]).square() * A[i]).Aggregate((sum, term) => sum + term),
        };

        public ParameterGroup Group(string name, params int[] indices)
            => new() { Name = name, Parameters = [.. indices.Select(i => ($"x{i}", X[i]))] };
    }

    /// <summary>AdamW as Loshchilov and Hutter (2019) write it, in double, with the loop's clipping and schedule.</summary>
    private static double[] SlowAdamW(ToyOptions o, double[] scale, double[] decay)
    {
        var (x, m, v) = ((double[])Quadratic.Start.Clone(), new double[3], new double[3]);
        for (var step = 0; step < o.MaxSteps; step++)
        {
            var g = x.Select((value, i) => 2 * Quadratic.A[i] * (value - Quadratic.C[i])).ToArray();
            var norm = Math.Sqrt(g.Sum(value => value * value));
            var rate = o.LearningRate * Schedules.Factor(o.Schedule, step, o.MaxSteps, o.WarmupSteps, o.FinalLearningRateShare);
            for (var i = 0; i < 3; i++)
            {
                g[i] *= Math.Min(1, o.ClipNorm / norm);
                m[i] = o.Beta1 * m[i] + (1 - o.Beta1) * g[i];
                v[i] = o.Beta2 * v[i] + (1 - o.Beta2) * g[i] * g[i];
                var (mean, square) = (m[i] / (1 - Math.Pow(o.Beta1, step + 1)), v[i] / (1 - Math.Pow(o.Beta2, step + 1)));
                x[i] -= rate * scale[i] * (decay[i] * x[i] + mean / (Math.Sqrt(square) + 1e-8));
            }
        }
        return x;
    }

    [Test]
    public void Run_OnAQuadratic_TakesTheStepsOfAdamW([Values] Schedule schedule)
    {
        var options = new ToyOptions
        {
            LearningRate = 0.1, MaxSteps = 60, WarmupSteps = 10, Schedule = schedule, WeightDecay = 0.05, ClipNorm = 2, Beta2 = 0.99,
        };
        var problem = new Quadratic();
        var groups = new[]
        {
            problem.Group("first", 0), problem.Group("others", 1, 2) with { LearningRateScale = 0.5, WeightDecay = 0.2 },
        };

        var result = TrainingLoop.Run(problem.Job(groups), options);

        var expected = SlowAdamW(options, scale: [1, 0.5, 0.5], decay: [0.05, 0.2, 0.2]);
        Assert.That(problem.X.Select(x => (double)x.item<float>()), Is.EqualTo(expected).Within(1e-4));   // 60 steps in single precision
        Assert.That((result.Steps, result.Tokens), Is.EqualTo((60, 60L)));
    }

    [Test]
    public void Run_WithAGroupsOwnSchedule_UsesIt()
    {
        var problem = new Quadratic();
        var groups = new[] { problem.Group("still", 0) with { Schedule = (_, _) => 0 }, problem.Group("moving", 1, 2) };

        TrainingLoop.Run(problem.Job(groups), new ToyOptions { MaxSteps = 3 });

        Assert.That(problem.X[0].item<float>(), Is.EqualTo(1f));
        Assert.That(problem.X[1].item<float>(), Is.Not.EqualTo(-2f));
    }

    [Test]
    public void Run_OnText_LowersTheLossAndTouchesOnlyTheJobsParameters()
    {
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);
        var head = network["head"].data<float>().ToArray();
        var job = network.Job(batches);
        job = new TrainingJob
        {
            Groups = [new ParameterGroup { Name = "layers", Parameters = [.. network.Parameters.Where(item => item.Name != "head")] }],
            Loss = job.Loss, Batches = batches, ModelFingerprint = "toy",
        };
        network["head"].requires_grad = false;
        var before = Objectives.Mean(batches.InOrder(), network.Loss);

        TrainingLoop.Run(job, _options with { MaxSteps = 200 });

        Assert.That(Objectives.Mean(batches.InOrder(), network.Loss), Is.LessThan(before - 0.5));
        Assert.That(network["head"].data<float>().ToArray(), Is.EqualTo(head), "a parameter outside the job moved");
        Assert.That(network["head"].grad, Is.Null);
        Assert.That(network["embedding"].grad, Is.Null, "gradients are let go at the end");
    }

    [Test]
    public void Run_AccumulatingBatches_IsOneBatchAsLarge([Values(2, 3)] int count)
    {
        // 44 tokens: 5 windows of 8 and one of 3, so that the batches of a step count different numbers of tokens
        var gradients = new List<float[]>();
        foreach (var accumulation in new[] { 1, count })
        {
            var options = _options with { BatchSize = 6 / accumulation, GradientAccumulation = accumulation, MaxSteps = 1, ClipNorm = 0 };
            using var network = new ToyNetwork();
            using var batches = Toys.Batches(options, Text[..43]);
            Assert.That(batches.Sequences, Is.EqualTo(6));
            var result = TrainingLoop.Run(
                network.Job(batches, afterStep: _ => gradients.Add(network["layers.0.weight"].grad!.data<float>().ToArray())), options);
            Assert.That(result.Tokens, Is.EqualTo(43));
        }
        Assert.That(gradients[1], Is.EqualTo(gradients[0]).Within(1e-6));
        Assert.That(gradients[0].Max(Math.Abs), Is.GreaterThan(1e-3));
    }

    [Test]
    public void Run_WithMaxTokens_TakesAsManyStepsAsTheyNeed()
    {
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);

        var result = TrainingLoop.Run(network.Job(batches), _options with { MaxTokens = 500, GradientAccumulation = 2 });

        Assert.That(result.Steps, Is.EqualTo(Math.Ceiling(500 / (2 * batches.TokensPerBatch))));
        Assert.That(result.Tokens, Is.EqualTo(500).Within(2 * 16));
    }

    [Test]
    public void Run_WithZeroSteps_ChangesNothing()
    {
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);
        var before = network.Bytes();

        var result = TrainingLoop.Run(network.Job(batches), _options with { MaxSteps = 0 });

        Assert.That(network.Bytes(), Is.EqualTo(before));
        Assert.That((result.Steps, result.Tokens, result.Loss), Is.EqualTo((0, 0L, double.NaN)));
    }

    [Test]
    public void Run_Twice_GivesTheSameBits()
    {
        var bytes = Enumerable.Range(0, 2).Select(_ =>
        {
            using var network = new ToyNetwork(dropout: 0.2);
            using var batches = Toys.Batches(_options, Text);
            TrainingLoop.Run(network.Job(batches), _options);
            return network.Bytes();
        }).ToList();

        Assert.That(bytes[1], Is.EqualTo(bytes[0]));
    }

    [Test]
    public void Run_WithAnotherSeed_GivesOtherWeights()
    {
        var bytes = new[] { 1, 2 }.Select(seed =>
        {
            using var network = new ToyNetwork(dropout: 0.2);
            using var batches = Toys.Batches(_options with { Seed = seed }, Text);
            TrainingLoop.Run(network.Job(batches), _options with { Seed = seed });
            return network.Bytes();
        }).ToList();

        Assert.That(bytes[1], Is.Not.EqualTo(bytes[0]));
    }

    // validation losses by step 2, 4, 6 …
    [TestCase(new[] { 5.0, 4, 3, 3.5, 3.2, 9, 1 }, 2, 10, 6, 3.0)]
    [TestCase(new[] { 5.0, 4, 3, 3.5, 3.2, 9, 1 }, 0, 14, 14, 1.0)]
    [TestCase(new[] { 5.0, 5, 5, 5 }, 3, 8, 2, 5.0)]
    public void Run_WithPatience_StopsAndEndsWithTheBestWeights(double[] losses, int patience, int steps, int bestStep, double best)
    {
        using var folder = new Persistence.TemporaryFolder();
        foreach (var checkpoints in new[] { null, folder["run"] })
        {
            using var network = new ToyNetwork();
            using var batches = Toys.Batches(_options, Text);
            var (calls, weights) = (0, new List<byte[]>());
            var job = network.Job(batches, () => losses[calls++], _ => weights.Add(network.Bytes()));

            var result = TrainingLoop.Run(job, _options with
            {
                MaxSteps = 2 * losses.Length, EvaluateEvery = 2, Patience = patience, KeepBest = true, CheckpointFolder = checkpoints,
            });

            Assert.That((result.Steps, result.BestStep, result.BestValidationLoss), Is.EqualTo((steps, bestStep, best)));
            Assert.That(result.StoppedEarly, Is.EqualTo(patience > 0));
            Assert.That(network.Bytes(), Is.EqualTo(weights[bestStep - 1]));
        }
    }

    [Test]
    public void Run_WithoutKeepBest_EndsWithTheLastWeights()
    {
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);
        var (calls, last) = (0, Array.Empty<byte>());

        TrainingLoop.Run(
            network.Job(batches, () => ++calls, _ => last = network.Bytes()), _options with { MaxSteps = 6, EvaluateEvery = 2 });

        Assert.That(calls, Is.EqualTo(3));
        Assert.That(network.Bytes(), Is.EqualTo(last));
    }

    [Test]
    public void Run_WhileValidating_KeepsNoGradients()
    {
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);
        var enabled = new List<bool>();

        TrainingLoop.Run(
            network.Job(batches, () => { enabled.Add(is_grad_enabled()); return 1; }), _options with { MaxSteps = 2, EvaluateEvery = 1 });

        Assert.That(enabled, Is.EqualTo(new[] { false, false }));
    }

    [Test]
    public void Run_WithProgress_ReportsEveryStep()
    {
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);
        var reports = new List<TrainingProgress>();

        var options = _options with { MaxSteps = 4, EvaluateEvery = 3, WarmupSteps = 2 };

        TrainingLoop.Run(network.Job(batches, () => 2.5), options, new Collect(reports));

        Assert.That(reports.Select(report => (report.Step, report.Steps, report.Phase, report.ValidationLoss)), Is.EqualTo(new[]
        {
            (1, 4, "train", (double?)null), (2, 4, "train", null), (3, 4, "evaluate", 2.5), (4, 4, "evaluate", 2.5),
        }));
        Assert.That(reports.Select(report => report.LearningRate / 1e-2).Take(3), Is.EqualTo(new[] { 0.5, 1, 1 }).Within(1e-12));
        Assert.That(reports.Select(report => report.Left.TotalSeconds), Is.EqualTo(new[] { 3.0, 2, 1, 0 }), "a second a step");
        Assert.That(reports[^1].TokensPerSecond, Is.EqualTo(reports[^1].Tokens / 4.0).Within(1e-9));
        Assert.That(reports.Select(report => report.Loss), Has.All.GreaterThan(3).And.All.LessThan(6));
    }

    [Test]
    public void Run_OverManySteps_KeepsTheNumberOfLiveTensorsFlat()
    {
        using var network = new ToyNetwork(dropout: 0.1);
        using var batches = Toys.Batches(_options, Text);
        var live = new List<long>();

        TrainingLoop.Run(
            network.Job(batches, () => Objectives.Mean(batches.InOrder(), network.Loss), _ => live.Add(LiveTensors.OnThread)),
            _options with { MaxSteps = 60, GradientAccumulation = 2, EvaluateEvery = 7, KeepBest = true });

        Assert.That(live[^1], Is.AtMost(live[15]), "the number of tensors alive after step 60 and after step 16");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Run_WhenTheLossIsNoNumber_StopsBeforeTheWeightsChange(bool withFolder)
    {
        using var folder = new Persistence.TemporaryFolder();
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);
        var (calls, last) = (0, Array.Empty<byte>());
        var job = network.Job(batches, afterStep: _ => last = network.Bytes());
        job = new TrainingJob
        {
            Groups = job.Groups, Batches = batches, ModelFingerprint = "toy", AfterStep = job.AfterStep,
            Loss = batch => network.Loss(batch) * (++calls == 8 ? double.NaN : 1),
        };

        var error = Assert.Throws<TrainingDivergedException>(() => TrainingLoop.Run(job, _options with
        {
            Schedule = Schedule.Constant, CheckpointFolder = withFolder ? folder["run"] : null, CheckpointEvery = withFolder ? 3 : 0,
        }));
        Assert.That(error!.Message, Is.EqualTo(
            "Loss became NaN at step 8 (learning rate 0.01, batch 8). Lower `LearningRate`; "
            + (withFolder ? "last finite checkpoint: step 6." : "no checkpoint was kept.")));
        Assert.That((error.Step, error.Batch, error.LastCheckpoint), Is.EqualTo((8, 8L, withFolder ? 6 : (int?)null)));
        Assert.That(network.Bytes(), Is.EqualTo(last));
    }

    [Test]
    public void Run_WhenTheGradientIsInfinite_StopsBeforeTheWeightsChange()
    {
        var problem = new Quadratic();
        var job = new TrainingJob
        {
            Groups = [problem.Group("all", 0)], Batches = problem, ModelFingerprint = "q",
            Loss = _ => (problem.X[0] - 1).abs().sqrt(),   // at x = 1 the value is 0 and the slope infinite
        };

        Assert.That(() => TrainingLoop.Run(job, new ToyOptions { Schedule = Schedule.Constant }),
            Throws.InstanceOf<TrainingDivergedException>()
                .With.Message.StartsWith("Gradient norm became NaN at step 1 (learning rate 0.01, batch 1)."));
        Assert.That(problem.X[0].item<float>(), Is.EqualTo(1f));
    }

    [Test]
    public void Run_WhenTheValidationIsNoNumber_Stops()
    {
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);

        Assert.That(() => TrainingLoop.Run(network.Job(batches, () => double.NaN), _options with { EvaluateEvery = 2 }),
            Throws.InstanceOf<TrainingDivergedException>().With.Message.StartsWith("Validation loss became NaN at step 2 ("));
    }

    [Test]
    public void Run_OfAFaultyJob_ListsEveryFault()
    {
        var problem = new Quadratic();
        var twice = new ParameterGroup { Name = "twice", Parameters = [("x", problem.X[0]), ("x", problem.X[1]), ("y", problem.X[1])] };

        Assert.That(() => TrainingLoop.Run(problem.Job(twice), new ToyOptions { EvaluateEvery = 5 }),
            Throws.ArgumentException.With.Message.EqualTo(
                "This job cannot train: the name 'x' stands for 2 parameters; one parameter is in it as 'x' and 'y'; "
                + "EvaluateEvery is 5 but there is nothing to validate on."));
        Assert.That(() => TrainingLoop.Run(problem.Job(), new ToyOptions()), Throws.ArgumentException.With.Message.EqualTo(
            "This job cannot train: it has no parameters."));
        Assert.That(() => TrainingLoop.Run(problem.Job(twice), new ToyOptions { BatchSize = 0 }),
            Throws.ArgumentException.With.Message.EqualTo("ToyOptions: BatchSize is 0; expected 1 or more."));
    }

    [Test]
    public void Run_WithABatchWithoutTargets_SaysSo()
    {
        var job = new TrainingJob
        {
            Groups = [new Quadratic().Group("all", 0)], Batches = new Empty(), ModelFingerprint = "q", Loss = _ => tensor(0f),
        };

        Assert.That(() => TrainingLoop.Run(job, new ToyOptions()), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            "Step 1 has no token to learn: every target of its batches is ignored."));
    }

    [Test]
    public void Forget_AfterAStep_RestartsThatParametersOptimiser()
    {
        var (one, two) = (new Quadratic(), new Quadratic());
        var options = new ToyOptions { MaxSteps = 4, Schedule = Schedule.Constant, ClipNorm = 0 };
        TrainingLoop.Run(WithHook(one, step => step.Forget(one.X[0])), options);

        TrainingLoop.Run(two.Job(two.Group("all", 0)), options with { MaxSteps = 1 });
        TrainingLoop.Run(two.Job(two.Group("all", 0)), options with { MaxSteps = 1 });
        TrainingLoop.Run(two.Job(two.Group("all", 0)), options with { MaxSteps = 1 });
        TrainingLoop.Run(two.Job(two.Group("all", 0)), options with { MaxSteps = 1 });

        Assert.That(one.X[0].item<float>(), Is.EqualTo(two.X[0].item<float>()), "forgetting after every step is a new optimiser each");
        Assert.That(() => TrainingLoop.Run(WithHook(one, step => step.Forget(two.X[0])), options), Throws.ArgumentException);

        static TrainingJob WithHook(Quadratic problem, Action<TrainingStep> hook) => new()
        {
            Groups = [problem.Group("all", 0)], Batches = problem, ModelFingerprint = "q", AfterStep = hook, Loss = problem.Job().Loss,
        };
    }

    internal sealed class Collect(List<TrainingProgress> into) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => into.Add(value);
    }

    private sealed class Empty : IBatchSource
    {
        public long Position { get; set; }

        public double TokensPerBatch => 0;

        public string Fingerprint => "empty";

        public TokenBatch Next() => TokenBatch.Of([0], [TokenBatch.Ignored], 1);
    }
}
