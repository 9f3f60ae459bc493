using MlNetLlm.Tests.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Training;

/// <summary>What a job may bring of its own: parts of the loss, a goal, a clock, streams, notes.</summary>
public sealed class TrainingRunTests
{
    private const string Text = "the quick brown fox jumps over the lazy dog and runs away from the angry bees in the green garden";

    private static readonly ToyOptions _options = new() { BatchSize = 2, SequenceLength = 8, MaxSteps = 20 };

    [Test]
    public void Run_WithPartsOfTheLoss_ReportsThemAndTrainsOnTheSum()
    {
        using var folder = new TemporaryFolder();
        using var network = new ToyNetwork();
        using var plain = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);
        var job = network.Job(batches);
        var taken = 0;
        job = new TrainingJob
        {
            Groups = job.Groups, Loss = job.Loss, Batches = batches, ModelFingerprint = "toy",
            Parts = () => new StepParts(100 + ++taken, new Dictionary<string, double> { ["margin"] = taken }),
        };

        var result = TrainingLoop.Run(job, _options with { MaxSteps = 3, CheckpointFolder = folder["run"], CheckpointEvery = 3 });
        TrainingLoop.Run(plain.Job(batches), _options with { MaxSteps = 3 });

        Assert.That((result.Loss, result.Measures["margin"]), Is.EqualTo((103.0, 3.0)));
        Assert.That(TrainingMetrics.Read(folder["run"]).Select(step => (step.Loss, step.Measures!["margin"])),
            Is.EqualTo(new[] { (101.0, 1.0), (102.0, 2.0), (103.0, 3.0) }));
        Assert.That(network.Bytes(), Is.EqualTo(plain.Bytes()));
    }

    [Test]
    public void Run_UntilAGoalIsReached_EndsThereWithoutPatience()
    {
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);
        var job = network.Job(batches, () => 1);
        var asked = 0;
        job = new TrainingJob
        {
            Groups = job.Groups, Loss = job.Loss, Batches = batches, ModelFingerprint = "toy", Validate = job.Validate,
            IsReached = () => ++asked == 3, Clock = job.Clock,
        };
        var reports = new List<TrainingProgress>();

        var result = TrainingLoop.Run(job, _options with { EvaluateEvery = 2 }, new TrainingLoopTests.Collect(reports));

        Assert.That((result.Steps, result.StoppedEarly, asked), Is.EqualTo((6, true, 3)));
        Assert.That(reports[^1].Left, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Run_OnAClockThatStandsStill_ReportsNoSpeed()
    {
        var problem = new TrainingLoopTests.Quadratic();
        var job = new TrainingJob
        {
            Groups = [problem.Group("all", 0)], Batches = problem, ModelFingerprint = "q", Loss = problem.Job().Loss,
            Clock = new StillClock(),
        };
        var reports = new List<TrainingProgress>();

        TrainingLoop.Run(job, new ToyOptions { MaxSteps = 2 }, new TrainingLoopTests.Collect(reports));

        Assert.That(reports.Select(report => (report.TokensPerSecond, report.Left)), Is.All.EqualTo((0.0, TimeSpan.Zero)));
    }

    [Test]
    public void Run_WithStreamsOfItsOwn_DrawsFromThem()
    {
        var problem = new TrainingLoopTests.Quadratic();
        var streams = new RandomStreams(5);
        var job = new TrainingJob
        {
            Groups = [problem.Group("all", 0)], Batches = problem, ModelFingerprint = "q", Loss = problem.Job().Loss, Random = streams,
        };

        TrainingLoop.Run(job, new ToyOptions { MaxSteps = 3, GradientAccumulation = 2 });

        Assert.That(streams.Counters(), Is.EquivalentTo(new Dictionary<string, long> { [RandomStreams.Dropout] = 6 }), "one a batch");
    }

    [Test]
    public void Run_OfAJobThatStartsFromItsBatches_BeginsAtTheFirstAndTellsThePlannedSteps()
    {
        var problem = new TrainingLoopTests.Quadratic { Position = 17 };
        var planned = new List<(int Steps, long Position)>();
        var job = new TrainingJob
        {
            Groups = [problem.Group("all", 0)], Batches = problem, ModelFingerprint = "q", Loss = problem.Job().Loss,
            BeforeFirstStep = steps => planned.Add((steps, problem.Position)),
        };

        TrainingLoop.Run(job, new ToyOptions { MaxSteps = 4, GradientAccumulation = 3 });

        Assert.That(planned, Is.EqualTo(new[] { (4, 17L) }), "before anything is read");
        Assert.That(problem.Position, Is.EqualTo(12));
    }

    [Test]
    public void Run_WithNotesOfItsOwn_HandsThemBackOnResuming()
    {
        using var folder = new TemporaryFolder();
        var options = _options with { MaxSteps = 4, CheckpointFolder = folder["run"], CheckpointEvery = 2, Resume = true };
        var (taken, restored) = (0, new List<string>());
        Assert.That(Run(options, stopAt: 3).Notes, Is.EqualTo("2 taken"));
        Assert.That(restored, Is.Empty);

        Assert.That(Run(options, stopAt: int.MaxValue).Notes, Is.EqualTo("4 taken"));
        Assert.That(restored, Is.EqualTo(new[] { "2 taken" }));

        TrainingState Run(ToyOptions with, int stopAt)
        {
            using var network = new ToyNetwork();
            using var batches = Toys.Batches(with, Text);
            var job = new TrainingJob
            {
                Groups = network.Job(batches).Groups, Loss = network.Loss, Batches = batches, ModelFingerprint = "toy",
                Notes = new RunNotes(() => $"{taken} taken", restored.Add),
                AfterStep = step => taken = step.Step == stopAt ? throw new KilledException() : step.Step,
            };
            try
            {
                TrainingLoop.Run(job, with, files: new UnsyncedFileSystem());
            }
            catch (KilledException)
            {
            }
            return new CheckpointFolder(new UnsyncedFileSystem(), folder["run"], network.Parameters).NewestState()!;
        }
    }

    /// <summary>On a clock on which every look costs a second: a step a second, and 20 - step seconds to go.</summary>
    [Test]
    public void Run_Resumed_CountsSpeedAndTimeFromThereOn()
    {
        using var folder = new TemporaryFolder();
        var options = new ToyOptions { MaxSteps = 20, CheckpointFolder = folder["run"], CheckpointEvery = 10, Resume = true };
        var reports = new List<TrainingProgress>();
        Assert.That(() => Run(step => { if (step.Step == 13) throw new KilledException(); }), Throws.TypeOf<KilledException>());
        reports.Clear();
        Run(_ => { });

        Assert.That(reports.Select(report => report.Step), Is.EqualTo(Enumerable.Range(11, 10)));
        foreach (var report in reports)
            Assert.That((report.Left, report.TokensPerSecond), Is.EqualTo((TimeSpan.FromSeconds(20 - report.Step), 1.0)), $"{report.Step}");

        void Run(Action<TrainingStep> afterStep)
        {
            var problem = new TrainingLoopTests.Quadratic();
            var job = new TrainingJob
            {
                Groups = [problem.Group("all", 0)], Batches = problem, ModelFingerprint = "q", Loss = problem.Job().Loss,
                AfterStep = afterStep, Clock = new CountingClock(),
            };
            TrainingLoop.Run(job, options, new TrainingLoopTests.Collect(reports), files: new UnsyncedFileSystem());
        }
    }

    [Test]
    public void Run_ThatLosesPower_HasTheMetricsUpToItsCheckpoint()
    {
        using var folder = new TemporaryFolder();
        var files = new FaultyFileSystem(Fault.PowerLoss, failAt: int.MaxValue, sticky: true, new UnsyncedFileSystem());
        var problem = new TrainingLoopTests.Quadratic();
        var job = new TrainingJob
        {
            Groups = [problem.Group("all", 0)], Batches = problem, ModelFingerprint = "q", Loss = problem.Job().Loss,
            AfterStep = step => { if (step.Step == 7) throw new KilledException(); },
        };
        var options = new ToyOptions { MaxSteps = 9, CheckpointFolder = folder["run"], CheckpointEvery = 4 };
        Assert.That(() => TrainingLoop.Run(job, options, files: files), Throws.TypeOf<KilledException>());
        Assert.That(TrainingMetrics.Read(folder["run"]).Select(step => step.Step), Is.EqualTo(Enumerable.Range(1, 6)));

        files.LosePower();

        Assert.That(TrainingMetrics.Read(folder["run"]).Select(step => step.Step), Is.EqualTo(Enumerable.Range(1, 4)));
    }

    [Test]
    public void Run_LogsItsGroups_WhereThereAreSeveral([Values(1, 2)] int count)
    {
        using var folder = new TemporaryFolder();
        var problem = new TrainingLoopTests.Quadratic();
        var groups = new[] { problem.Group("first", 0), problem.Group("second", 1) }[..count];

        TrainingLoop.Run(problem.Job(groups), new ToyOptions { MaxSteps = 1, CheckpointFolder = folder["run"] });

        var logged = TrainingMetrics.Read(folder["run"]).Single().Groups;
        if (count == 1)
            Assert.That(logged, Is.Null);
        else
            Assert.That(logged!.Select(group => (group.Name, group.Updates)), Is.EqualTo(new[] { ("first", 1L), ("second", 1L) }));
    }

    [TestCase(false, 3)]
    [TestCase(true, 2)]
    public void Run_ThatDiverges_NamesTheRateOfThatStep(bool inValidation, int step)
    {
        var problem = new TrainingLoopTests.Quadratic();
        var loss = problem.Job().Loss;
        var job = new TrainingJob
        {
            Groups = [problem.Group("all", 0)], Batches = problem, ModelFingerprint = "q",
            Loss = batch => !inValidation && problem.Position == step ? loss(batch) * double.NaN : loss(batch),
            Validate = () => inValidation ? double.NaN : 1,
        };
        var options = new ToyOptions { MaxSteps = 20, WarmupSteps = 10, Schedule = Schedule.Linear, EvaluateEvery = 2 };

        var error = Assert.Throws<TrainingDivergedException>(() => TrainingLoop.Run(job, options));

        var factor = Schedules.Factor(options.Schedule, step - 1, 20, 10, options.FinalLearningRateShare);
        Assert.That(error!.Step, Is.EqualTo(step));
        Assert.That(error.LearningRate, Is.EqualTo(options.LearningRate * factor).Within(1e-15));
        Assert.That(factor, Is.Not.EqualTo(Schedules.Factor(options.Schedule, step, 20, 10, options.FinalLearningRateShare)));
    }

    [Test]
    public void Run_LetsGoOfItsFileAndItsTensors()
    {
        using var folder = new TemporaryFolder();
        using var network = new ToyNetwork();
        using var batches = Toys.Batches(_options, Text);
        var before = LiveTensors.OnThread;

        TrainingLoop.Run(network.Job(batches, () => 1), _options with { MaxSteps = 4, EvaluateEvery = 2, KeepBest = true });
        Assert.That(LiveTensors.OnThread, Is.EqualTo(before), "moments and best weights");

        TrainingLoop.Run(network.Job(batches), _options with { MaxSteps = 2, CheckpointFolder = folder["run"] });
        using var alone = new FileStream(folder[$"run/{TrainingMetrics.FileName}"], FileMode.Open, FileAccess.Read, FileShare.None);
    }

    [Test]
    public void StepsOf_MoreTokensThanStepsCanCount_Overflows()
    {
        var problem = new TrainingLoopTests.Quadratic();
        Assert.That(TrainingRun.StepsOf(new ToyOptions { MaxTokens = 7, GradientAccumulation = 2 }, problem), Is.EqualTo(4));
        Assert.That(() => TrainingRun.StepsOf(new ToyOptions { MaxTokens = long.MaxValue }, problem), Throws.TypeOf<OverflowException>());
    }

    private sealed class StillClock : TimeProvider
    {
        public override long GetTimestamp() => 7;
    }
}
