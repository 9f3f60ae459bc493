using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Training;

public sealed class CheckpointTests
{
    private const string Text = "the quick brown fox jumps over the lazy dog and runs away from the angry bees in the green garden";

    private TemporaryFolder _root = null!;

    [SetUp]
    public void MakeFolder() => _root = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _root.Dispose();

    /// <summary>Dropout, accumulation, uneven batches, validation, best weights: all that a resume can get wrong.</summary>
    private ToyOptions Options(string folder) => new()
    {
        BatchSize = 2, SequenceLength = 8, MaxSteps = 40, GradientAccumulation = 2, WarmupSteps = 5, WeightDecay = 0.1, EvaluateEvery = 6,
        KeepBest = true, CheckpointFolder = _root[folder], CheckpointEvery = 7, Resume = true,
    };

    /// <summary>One process's life: everything is made anew, and it ends at the step that the hook throws at.</summary>
    private static (byte[] Weights, TrainingResult? Result) Life(
        ToyOptions options, IFileSystem files, int dieAfter = int.MaxValue, CancellationToken cancellation = default,
        Action<int>? atStep = null, int dieInBatch = int.MaxValue)
    {
        using var network = new ToyNetwork(dropout: 0.1);
        using var batches = Toys.Batches(options, Text);
        var job = network.Job(batches, () => Objectives.Mean(batches.InOrder(), network.Loss), step =>
        {
            atStep?.Invoke(step.Step);
            if (step.Step == dieAfter)
                throw new KilledException();
        });
        var batch = 0;
        job = new TrainingJob
        {
            Groups = job.Groups, Batches = job.Batches, ModelFingerprint = job.ModelFingerprint, Validate = job.Validate,
            AfterStep = job.AfterStep, Clock = job.Clock,
            Loss = tokens => ++batch == dieInBatch ? throw new KilledException() : network.Loss(tokens),
        };
        try
        {
            var result = TrainingLoop.Run(job, options, cancellationToken: cancellation, files: files);
            return (network.Bytes(), result);
        }
        catch (KilledException)
        {
            return (network.Bytes(), null);
        }
    }

    private Dictionary<string, byte[]> Files(string folder, string inner)
        => Directory.EnumerateFiles(Path.Combine(_root[folder], inner)).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);

    private void RequireEqualRuns(string folder, (byte[] Weights, TrainingResult? Result) life, (
        byte[] Weights, TrainingResult? Result) whole)
    {
        Assert.That(life.Weights, Is.EqualTo(whole.Weights), $"{folder}: final weights");
        Assert.That(life.Result! with { Elapsed = default }, Is.EqualTo(whole.Result! with { Elapsed = default }), $"{folder}: result");
        foreach (var inner in new[] { "step-000040", $"best-{whole.Result!.BestStep:D6}" })
            Assert.That(Files(folder, inner), Is.EqualTo(Files("whole", inner)), $"{folder}: {inner}");
        Assert.That(File.ReadAllBytes(Path.Combine(_root[folder], "metrics.log")),
            Is.EqualTo(File.ReadAllBytes(Path.Combine(_root["whole"], "metrics.log"))), $"{folder}: metric log");
    }

    [Test]
    [Category("Campaign")]
    public void Run_StoppedAtEachOf40StepsAndResumed_EndsByteEqual()
    {
        var files = new UnsyncedFileSystem();
        var whole = Life(Options("whole"), files);
        for (var step = 1; step <= 40; step++)
        {
            var folder = $"stopped-{step}";
            Life(Options(folder), files, dieAfter: step);

            RequireEqualRuns(folder, Life(Options(folder), files), whole);
        }
    }

    /// <summary>Two batches make a step: every second of these ends comes in the middle of an accumulation.</summary>
    [Test]
    [Category("Campaign")]
    public void Run_StoppedAtEachOf80BatchesAndResumed_EndsByteEqual()
    {
        var files = new UnsyncedFileSystem();
        var whole = Life(Options("whole"), files);
        for (var batch = 1; batch <= 80; batch++)
        {
            var folder = $"stopped-{batch}";
            Life(Options(folder), files, dieInBatch: batch);

            RequireEqualRuns(folder, Life(Options(folder), files), whole);
        }
    }

    [Test]
    public void Run_StoppedTenTimesInARow_EndsByteEqual()
    {
        var files = new UnsyncedFileSystem();
        var whole = Life(Options("whole"), files);
        var everyStep = Options("chain") with { CheckpointEvery = 1 };
        for (var step = 4; step <= 40; step += 4)
            Life(everyStep, files, dieAfter: step);

        RequireEqualRuns("chain", Life(everyStep, files), whole);
    }

    [Test]
    [Category("Campaign")]
    public void Run_KilledAtEveryFileOperation_EndsByteEqualAfterAResume([Values(Fault.Kill, Fault.PowerLoss)] Fault fault)
    {
        ToyOptions Short(string folder)
            => Options(folder) with { MaxSteps = 4, EvaluateEvery = 2, CheckpointEvery = 2, KeepCheckpoints = 1 };
        var whole = Life(Short("whole"), new UnsyncedFileSystem());
        for (var n = 0; ; n++)
        {
            var folder = $"killed-{n}";
            var files = new FaultyFileSystem(fault, n, sticky: true, new UnsyncedFileSystem());
            Life(Short(folder), files);
            if (!files.Failed)
            {
                Assert.That(n, Is.GreaterThan(60));
                break;
            }
            var again = Life(Short(folder), new UnsyncedFileSystem());

            Assert.That(again.Weights, Is.EqualTo(whole.Weights), $"operation {n}");
            Assert.That(Files(folder, "step-000004"), Is.EqualTo(Files("whole", "step-000004")), $"operation {n}");
            Assert.That(TrainingMetrics.Read(_root[folder]), Is.EqualTo(TrainingMetrics.Read(_root["whole"])), $"operation {n}");
        }
    }

    [Test]
    public void Run_OnAFullDisk_FailsWithTheDisksErrorAndResumesLater([Values(
        Fault.NoSpace, Fault.ShortWrite, Fault.AccessDenied)] Fault fault)
    {
        var options = Options("run") with { MaxSteps = 6, CheckpointEvery = 2, EvaluateEvery = 0, KeepBest = false };
        var files = new FaultyFileSystem(fault, failAt: 40, sticky: true);

        Assert.That(() => Life(options, files), Throws.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>());
        Assert.That(files.Failed);

        var whole = Life(options with { CheckpointFolder = _root["whole"] }, FileSystems.Default);
        Assert.That(Life(options, FileSystems.Default).Weights, Is.EqualTo(whole.Weights));
    }

    /// <summary>After the failure a reader finds whole checkpoints only, and the run continues to the same bytes.</summary>
    [TestCaseSource(nameof(DiskFaults))]
    [Category("Campaign")]
    public void Run_FailingAtSomeOperations_EndsByteEqualAfterAResume(Fault fault, bool sticky) => FailAtOperations(fault, sticky,
        every: 7);

    [TestCaseSource(nameof(DiskFaults)), Category("Nightly")]
    public void Run_FailingAtEveryOperation_EndsByteEqualAfterAResume(Fault fault, bool sticky) => FailAtOperations(fault, sticky,
        every: 1);

    private static IEnumerable<TestCaseData> DiskFaults() =>
        from fault in new[] { Fault.InputOutput, Fault.NoSpace, Fault.AccessDenied, Fault.ShortWrite }
        from sticky in new[] { false, true }
        select new TestCaseData(fault, sticky);

    private void FailAtOperations(Fault fault, bool sticky, int every)
    {
        ToyOptions Short(string folder)
            => Options(folder) with { MaxSteps = 4, EvaluateEvery = 2, CheckpointEvery = 2, KeepCheckpoints = 1 };
        var whole = Life(Short("whole"), new UnsyncedFileSystem());
        for (var n = 0; ; n += every)
        {
            var folder = $"failed-{n}";
            var files = new FaultyFileSystem(fault, n, sticky, new UnsyncedFileSystem());
            var error = AtomicFileTests.Catch(() => Life(Short(folder), files));
            Assert.That(error, Is.Null.Or.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>(), $"operation {n}");
            if (!files.Failed)
                break;
            Assert.That(Life(Short(folder), new UnsyncedFileSystem()).Weights, Is.EqualTo(whole.Weights), $"operation {n}");
            Assert.That(Files(folder, "step-000004"), Is.EqualTo(Files("whole", "step-000004")), $"operation {n}");
        }
    }

    [Test]
    public void Run_Cancelled_SavesWithinTheStepAndContinuesToTheSameEnd()
    {
        var files = new UnsyncedFileSystem();
        var whole = Life(Options("whole"), files);
        using var source = new CancellationTokenSource();

        Assert.That(
            () => Life(Options("cancelled"), files, cancellation: source.Token, atStep: step => { if (step == 17) source.Cancel(); }),
            Throws.InstanceOf<OperationCanceledException>().With.Message.EqualTo("Training was cancelled after step 17 of 40."));
        Assert.That(Directory.Exists(Path.Combine(_root["cancelled"], "step-000017")));

        RequireEqualRuns("cancelled", Life(Options("cancelled"), files), whole);
    }

    [Test]
    public void Run_CancelledWithoutAFolder_JustStops()
        => Assert.That(
            () => Life(Options("x") with { CheckpointFolder = null, CheckpointEvery = 0, Resume = false }, FileSystems.Default,
                cancellation: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>().With.Message.EqualTo("Training was cancelled after step 0 of 40."));

    [Test]
    public void Run_OfAFinishedRun_ReturnsItsResultAgain()
    {
        var files = new UnsyncedFileSystem();
        var whole = Life(Options("whole"), files);

        RequireEqualRuns("whole", Life(Options("whole"), files, dieAfter: 1), whole);
    }

    [Test]
    public void Run_IntoAFolderWithCheckpoints_IsRefusedUnlessResuming()
    {
        Life(Options("run") with { MaxSteps = 2 }, new UnsyncedFileSystem());

        Assert.That(() => Life(Options("run") with { Resume = false }, new UnsyncedFileSystem()),
            Throws.InstanceOf<InvalidOperationException>()
            .With.Message.EqualTo($"'{_root["run"]}' already holds checkpoints up to step 2. "
                + "Set Resume to continue that run, or choose another CheckpointFolder."));
    }

    [Test]
    public void Run_WithChangedOptions_IsRefusedNamingEach()
    {
        var files = new UnsyncedFileSystem();
        Life(Options("run"), files, dieAfter: 20);
        var changed = Options("run") with { LearningRate = 0.5, Seed = 2, CheckpointEvery = 3 };

        Assert.That(() => Life(changed, files), Throws.InstanceOf<InvalidOperationException>().With.Message.Match(
            $"^Cannot resume from step 14 in '{_root["run"]}': LearningRate was 0.01 and is 0.5; Seed was 1 and is 2; "
            + "the data was [0-9a-f]{12}… and is [0-9a-f]{12}…. "
            + "Resume with what the run was started with, or start afresh in another CheckpointFolder.$"));
    }

    [Test]
    public void Run_OfAnotherModel_IsRefused()
    {
        var options = Options("run") with { MaxSteps = 2, EvaluateEvery = 0, KeepBest = false };
        Life(options, new UnsyncedFileSystem());
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(options, Text);
        var job = new TrainingJob
        {
            Groups = network.Job(batches).Groups, Loss = network.Loss, Batches = batches, ModelFingerprint = "another",
        };

        Assert.That(() => TrainingLoop.Run(job, options), Throws.InstanceOf<InvalidOperationException>()
            .With.Message.Contains("the model was toy and is another"));
    }

    [Test]
    public void Run_WithTheNewestCheckpointDamaged_ContinuesFromTheOneBefore()
    {
        var files = new UnsyncedFileSystem();
        var whole = Life(Options("whole"), files);
        Life(Options("damaged"), files, dieAfter: 24);
        var path = Path.Combine(_root["damaged"], "step-000021", "optimizer.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        var steps = new List<int>();

        var life = Life(Options("damaged"), files, atStep: steps.Add);

        Assert.That(steps[0], Is.EqualTo(15));
        RequireEqualRuns("damaged", life, whole);
    }

    [Test]
    public void Run_WithEveryCheckpointDamaged_SaysSo()
    {
        var files = new UnsyncedFileSystem();
        Life(Options("damaged"), files, dieAfter: 16);
        foreach (var path in Directory.EnumerateFiles(_root["damaged"], "state.json", SearchOption.AllDirectories))
            File.AppendAllText(path, " ");

        Assert.That(() => Life(Options("damaged"), files), Throws.InstanceOf<InvalidDataException>()
            .With.Message.StartsWith($"No checkpoint in '{_root["damaged"]}' is intact. File '")
                .And.Message.EndsWith("Start afresh in another folder."));
    }

    [Test]
    public void Run_WithWeightsThatBecameNoNumber_SavesNoCheckpointOfThem()
    {
        var options = Options("run") with { CheckpointEvery = 2, EvaluateEvery = 0, KeepBest = false };
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(options, Text);
        var job = network.Job(batches, afterStep: step =>
        {
            using var quiet = TorchSharp.torch.no_grad();
            if (step.Step == 4)
                network["head"].fill_(double.NaN);
        });

        Assert.That(() => TrainingLoop.Run(job, options), Throws.InstanceOf<TrainingDivergedException>().With.Message.StartsWith(
            "Parameter 'head' became NaN at step 4 (").And.Message.EndsWith("last finite checkpoint: step 2."));
        Assert.That(Directory.Exists(Path.Combine(_root["run"], "step-000004")), Is.False);
    }

    [Test]
    public void Run_KeepingTwoCheckpoints_DropsOlderOnesAndUnusedBestWeights()
    {
        Life(Options("run") with { KeepCheckpoints = 2 }, new UnsyncedFileSystem());

        var names = new DirectoryInfo(_root["run"]).EnumerateDirectories().Select(entry => entry.Name).ToList();
        Assert.That(names.Where(name => name.StartsWith("step-")), Is.EquivalentTo(new[] { "step-000035", "step-000040" }));
        Assert.That(names.Count(name => name.StartsWith("best-")), Is.InRange(1, 2));
        Assert.That(names.Where(name => name.StartsWith('.')), Is.Empty);
    }

    [Test]
    public void Read_OfTheMetricLog_GivesEveryStep()
    {
        Life(Options("run") with { MaxSteps = 12 }, new UnsyncedFileSystem());

        var metrics = TrainingMetrics.Read(_root["run"]);
        Assert.That(metrics.Select(record => record.Step), Is.EqualTo(Enumerable.Range(1, 12)));
        Assert.That(metrics.Where(record => record.ValidationLoss is not null).Select(record => record.Step), Is.EqualTo(new[] { 6, 12 }));
        Assert.That(metrics.Select(record => record.GradientNorm), Has.All.Positive);
        Assert.That(metrics[^1].Tokens, Is.EqualTo(metrics.Count * metrics[0].Tokens).Within(100));
    }
}
