using MlNetLlm.Data;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Training;

/// <summary>
/// Runs that are cancelled from within: two batches a step, which draw random numbers and change what the method notes, and a validation
/// every third step, which does the same.
/// </summary>
public sealed class CancelledRunTests
{
    private const int Steps = 8;
    private const string Text = "the quick brown fox jumps over the lazy dog and runs away from the angry bees in the green garden";

    private TemporaryFolder _root = null!;

    [SetUp]
    public void MakeFolder() => _root = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _root.Dispose();

    private ToyOptions Options(string folder) => new()
    {
        BatchSize = 2, SequenceLength = 8, MaxSteps = Steps, GradientAccumulation = 2, EvaluateEvery = 3, Patience = 9, KeepBest = true,
        CheckpointFolder = _root[folder], CheckpointEvery = 4, Resume = true,
    };

    /// <summary>One process's life, which ends at the given call of the loss, the validation or the hook behind a step.</summary>
    private sealed class Life(ToyOptions options, int inLoss = 0, int inValidation = 0, int inHook = 0)
    {
        private int _losses, _validations, _noted;

        public List<TrainingProgress> Reports { get; } = [];

        public byte[] Weights { get; private set; } = [];

        public TrainingResult Run()
        {
            using var network = new ToyNetwork(dropout: 0.1);
            using var batches = Toys.Batches(options, Text);
            var streams = new RandomStreams(options.Seed);
            var job = new TrainingJob
            {
                Groups = network.Job(batches).Groups, Batches = batches, ModelFingerprint = "toy", Random = streams,
                Loss = batch =>
                {
                    var scale = Draw(streams);
                    return Calls(ref _losses, inLoss) ? throw new OperationCanceledException("by hand") : network.Loss(batch) * scale;
                },
                Validate = () =>
                {
                    var scale = Draw(streams);
                    return Calls(ref _validations, inValidation)
                        ? throw new OperationCanceledException("by hand") : Objectives.Mean(batches.InOrder(), network.Loss) * scale;
                },
                AfterStep = step => { if (step.Step == inHook) throw new OperationCanceledException("by hand"); },
                Notes = new RunNotes(() => $"{_noted}", noted => _noted = int.Parse(noted)),
                Clock = new CountingClock(),
            };
            var result = TrainingLoop.Run(job, options, new TrainingLoopTests.Collect(Reports), files: new UnsyncedFileSystem());
            Weights = network.Bytes();
            return result;
        }

        // What was noted has its part in the loss, so that a wrong note shows in the weights.
        private double Draw(RandomStreams streams) => 1 + 0.1 * streams["toy"].NextDouble() + 0.01 * (++_noted % 7);

        private static bool Calls(ref int calls, int last) => ++calls == last;
    }

    [TestCase(1, 0)]
    [TestCase(2, 0)]
    [TestCase(7, 3)]
    [TestCase(8, 3)]
    [TestCase(9, 4)]
    [TestCase(2 * Steps, Steps - 1)]
    public void Run_CancelledInTheLoss_IsSavedAsItWasBeforeTheStep(int call, int steps)
        => Interrupt(new Life(Options("cut"), inLoss: call), steps, firstReport: steps + 1);

    [TestCase(1, 3)]
    [TestCase(2, 6)]
    [TestCase(3, Steps)]
    public void Run_CancelledInAValidation_IsSavedBeforeItAndResumesThere(int call, int steps)
        => Interrupt(new Life(Options("cut"), inValidation: call), steps, firstReport: steps);

    private void Interrupt(Life cut, int steps, int firstReport)
    {
        var whole = new Life(Options("whole"));
        var expected = whole.Run();
        var error = Assert.Throws<OperationCanceledException>(() => cut.Run());
        Assert.That((error!.Message, error.InnerException!.Message),
            Is.EqualTo(($"Training was cancelled after step {steps} of {Steps}.", "by hand")));
        Assert.That(Directory.Exists(_root[$"cut/step-{steps:D6}"]));
        var resumed = new Life(Options("cut"));

        var result = resumed.Run();

        Assert.That(resumed.Reports[0].Step, Is.EqualTo(firstReport));
        Assert.That(resumed.Reports.Select(report => report.Left), Is.All.LessThan(TimeSpan.FromDays(1)));
        Assert.That(resumed.Weights, Is.EqualTo(whole.Weights));
        Assert.That(result with { Elapsed = default }, Is.EqualTo(expected with { Elapsed = default }));
        foreach (var file in new[] { "metrics.log", $"step-{Steps:D6}/state.json", $"step-{Steps:D6}/optimizer.safetensors" })
            Assert.That(File.ReadAllBytes(_root[$"cut/{file}"]), Is.EqualTo(File.ReadAllBytes(_root[$"whole/{file}"])), file);
    }

    [Test]
    public void Run_CancelledTwiceInOneValidation_ResumesThereAgain()
    {
        var whole = new Life(Options("whole"));
        whole.Run();
        for (var life = 0; life < 2; life++)
            Assert.That(() => new Life(Options("cut"), inValidation: 1).Run(), Throws.TypeOf<OperationCanceledException>()
                .With.Message.EqualTo($"Training was cancelled after step 3 of {Steps}."));
        var resumed = new Life(Options("cut"));

        resumed.Run();

        Assert.That(resumed.Weights, Is.EqualTo(whole.Weights));
        Assert.That(TrainingMetrics.Read(_root["cut"]), Is.EqualTo(TrainingMetrics.Read(_root["whole"])));
    }

    /// <summary>The weights are then neither those before the step nor those after it.</summary>
    [Test]
    public void Run_CancelledBehindTheOptimiser_SavesNothing()
    {
        var whole = new Life(Options("whole"));
        whole.Run();

        Assert.That(() => new Life(Options("cut"), inHook: 6).Run(), Throws.TypeOf<OperationCanceledException>());
        Assert.That(Directory.EnumerateDirectories(_root["cut"], "step-*").Select(Path.GetFileName), Is.EqualTo(new[] { "step-000004" }));
        var resumed = new Life(Options("cut"));
        resumed.Run();

        Assert.That(resumed.Weights, Is.EqualTo(whole.Weights));
    }

    [Test]
    public void Run_CancelledWithoutAFolder_SaysWhereItWas()
    {
        var options = Options("none") with { CheckpointFolder = null, CheckpointEvery = 0, Resume = false };
        Assert.That(() => new Life(options, inLoss: 6).Run(), Throws.TypeOf<OperationCanceledException>()
            .With.Message.EqualTo($"Training was cancelled after step 2 of {Steps}."));
    }
}
