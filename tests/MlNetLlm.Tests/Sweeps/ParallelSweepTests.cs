using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Persistence;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Sweeps;

public sealed class ParallelSweepTests
{
    private static SearchSpace Space() => new()
    {
        { "x", new UniformDoubleOption(0, 1, defaultValue: 0.2) }, { "shape", new ChoiceOption("round", "square") },
    };

    private static double X(TrialRequest request) => double.Parse(request.Values["x"], CultureInfo.InvariantCulture);

    private static async Task<TrialOutcome> BowlAsync(TrialRequest request, CancellationToken cancellation)
    {
        await Task.Delay(request.Trial * 7 % 5, cancellation);
        return new TrialOutcome(request.Trial, request.Round, TrialStatus.Completed, Math.Pow(X(request) - 0.6, 2), 10);
    }

    private static async Task<IEnumerable<(string, double?)>> RunAsync(SweepOptions options)
    {
        using var folder = new TemporaryFolder();
        var results = await new ParallelSweep(Space(), options, folder.Path, BowlAsync).RunAsync();
        return [.. results.Select(r => (string.Join(' ', r.Request.Values.OrderBy(v => v.Key)) + r.Request.Round, r.Outcome.Loss))];
    }

    [TestCase(TunerKind.Random)]
    [TestCase(TunerKind.Grid)]
    public async Task RunAsync_WithAnyNumberOfWorkers_GivesTheSame(TunerKind tuner)
    {
        var options = new SweepOptions { Trials = 12, Tuner = tuner, GridSteps = 6 };
        var alone = await RunAsync(options);
        Assert.That(alone.Count(), Is.EqualTo(12));
        Assert.That(await RunAsync(options with { Workers = 5 }), Is.EqualTo(alone));
    }

    [TestCase(TunerKind.CostFrugal)]
    [TestCase(TunerKind.EciCostFrugal)]
    [TestCase(TunerKind.Smac)]
    public async Task RunAsync_WithATunerThatLearns_UsesAllWorkersAfterTheFirstTrial(TunerKind tuner)
    {
        using var folder = new TemporaryFolder();
        var (running, most, first) = (0, 0, true);
        await new ParallelSweep(Space(), new SweepOptions { Trials = 10, Workers = 3, Tuner = tuner }, folder.Path, async (request, stop) =>
        {
            var now = Interlocked.Increment(ref running);
            if (first) Assert.That(now, Is.EqualTo(1));
            most = Math.Max(most, now);
            await Task.Delay(20, stop);
            Interlocked.Decrement(ref running);
            first = false;
            return await BowlAsync(request, stop);
        }).RunAsync();
        Assert.That(most, Is.EqualTo(3));
    }

    [Test]
    public async Task RunAsync_WithTrialsThatFail_GoesOnAndSaysWhy()
    {
        using var folder = new TemporaryFolder();
        var results = await new ParallelSweep(Space(), new SweepOptions { Trials = 4 }, folder.Path, (request, stop) => request.Trial switch
        {
            1 => throw new InvalidDataException("broken"),
            2 => Task.FromResult(new TrialOutcome(2, 0, TrialStatus.Completed, double.NaN, 1)),
            _ => BowlAsync(request, stop),
        }).RunAsync();
        Assert.That(results.Select(r => (r.Outcome.Status, r.Outcome.Detail)), Is.EqualTo(new[]
        {
            (TrialStatus.Completed, null), (TrialStatus.Failed, "broken"), (TrialStatus.Failed, "the loss is NaN"),
            (TrialStatus.Completed, (string?)null),
        }));
    }

    [Test]
    public async Task RunAsync_WithHalving_GivesTheBestShareMore()
    {
        var options = new SweepOptions
        {
            Trials = 9, Halving = new HalvingOptions { Option = "maxTokens", Budgets = [10, 30, 90] },
        };
        using var folder = new TemporaryFolder();
        var results = await new ParallelSweep(Space(), options with { Workers = 4 }, folder.Path, BowlAsync).RunAsync();
        Assert.That(results.Select(r => (r.Request.Round, r.Request.Values["maxTokens"])).GroupBy(r => r).Select(g => (g.Key, g.Count())),
            Is.EqualTo(new[] { ((0, "10"), 9), ((1, "30"), 3), ((2, "90"), 1) }));
        var best = results.Where(r => r.Request.Round == 0).MinBy(r => r.Outcome.Loss).Request.Trial;
        Assert.That(results[^1].Request.Trial, Is.EqualTo(best));
        Assert.That(await RunAsync(options), Is.EqualTo(await RunAsync(options with { Workers = 3 })));
    }

    [Test]
    public async Task RunAsync_Cancelled_GoesOnLaterAndEndsTheSame()
    {
        var options = new SweepOptions { Trials = 10, Workers = 2 };
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var begun = 0;
        var cancelled = new ParallelSweep(Space(), options, folder.Path, (request, token) =>
        {
            if (Interlocked.Increment(ref begun) == 6) stop.Cancel();
            return BowlAsync(request, token);
        });
        Assert.That(() => cancelled.RunAsync(stop.Token), Throws.InstanceOf<OperationCanceledException>());
        var results = await new ParallelSweep(Space(), options, folder.Path, BowlAsync).RunAsync();
        Assert.That(results.Select(r => (string.Join(' ', r.Request.Values.OrderBy(v => v.Key)) + "0", r.Outcome.Loss)),
            Is.EqualTo(await RunAsync(options)));
    }

    [TestCase(TunerKind.Random)]
    [TestCase(TunerKind.CostFrugal)]
    public async Task RunAsync_OfOneObjectAgain_GoesOnAfterItWasCancelled_AndThenHasNothingLeftToDo(TunerKind tuner)
    {
        var options = new SweepOptions { Trials = 6, Tuner = tuner };
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var begun = 0;
        var sweep = new ParallelSweep(Space(), options, folder.Path, (request, token) =>
        {
            if (++begun == 3) stop.Cancel();
            return BowlAsync(request, token);
        });
        Assert.That(() => sweep.RunAsync(stop.Token), Throws.InstanceOf<OperationCanceledException>());
        var results = await sweep.RunAsync();
        Assert.That(results.Select(r => (string.Join(' ', r.Request.Values.OrderBy(v => v.Key)) + "0", r.Outcome.Loss)),
            Is.EqualTo(await RunAsync(options)));
        var all = begun;
        Assert.That((await sweep.RunAsync()).Select(r => r.Outcome), Is.EqualTo(results.Select(r => r.Outcome)));
        Assert.That(begun, Is.EqualTo(all));
    }

    [Test]
    public async Task RunAsync_WithHalvingAndMorePoints_EndsAsOneThatBeganWithThem()
    {
        using var grown = new TemporaryFolder();
        using var fresh = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var halving = new HalvingOptions { Option = "maxTokens", Budgets = [1, 2, 4] };
        // Later points are better: none that the smaller sweep sends on is sent on by the larger.
        ParallelSweep Of(TemporaryFolder folder, int trials) => new(
            Space(), new SweepOptions { Trials = trials, Halving = halving }, folder.Path, (request, token) =>
            {
                if (request is { Trial: 7, Round: 0 } && trials == 8) stop.Cancel();
                token.ThrowIfCancellationRequested();
                return Task.FromResult(new TrialOutcome(request.Trial, request.Round, TrialStatus.Completed, -request.Trial, 10));
            });
        await Of(grown, 6).RunAsync();
        Assert.That(Told(Read()), Is.EqualTo(new[] { (0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 4), (1, 5), (2, 5) }));

        Assert.That(() => Of(grown, 8).RunAsync(stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Read().Where(o => o?.Round > 0), Is.Empty, "who goes on is open again");

        var expected = Told((await Of(fresh, 12).RunAsync()).Select(r => r.Outcome));
        Assert.That(Told((await Of(grown, 12).RunAsync()).Select(r => r.Outcome)), Is.EqualTo(expected));
        Assert.That(expected.Skip(12), Is.EqualTo(new[] { (1, 8), (1, 9), (1, 10), (1, 11), (2, 10), (2, 11) }));
        Assert.That(Told(Read()), Is.EquivalentTo(expected), "what the smaller sweep chose is no part of it");

        IEnumerable<TrialOutcome?> Read() => ParallelSweep.Read(grown.Path).Select(t => t.Outcome);
        static List<(int, int)> Told(IEnumerable<TrialOutcome?> outcomes) => [.. outcomes.Select(o => (o!.Round, o.Trial))];
    }

    [Test]
    public async Task RunAsync_InAnotherSweepsFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await new ParallelSweep(Space(), new SweepOptions { Trials = 1 }, folder.Path, BowlAsync).RunAsync();
        Assert.That(() => new ParallelSweep(Space(), new SweepOptions { Trials = 1, Seed = 2 }, folder.Path, BowlAsync).RunAsync(),
            Throws.InvalidOperationException.With.Message.Contains("another sweep"));
    }

    [Test]
    public async Task RunAsync_InAFolderAtWork_IsRefused_UnlessItIsGivenTheLock()
    {
        using var folder = new TemporaryFolder();
        var sweep = new ParallelSweep(Space(), new SweepOptions { Trials = 2 }, folder.Path, BowlAsync);
        using (var held = FolderLock.Take(folder.Path))
        {
            Assert.That(() => sweep.RunAsync(), Throws.InvalidOperationException.With.Message.Contains("Another process is at work on"));
            Assert.That(await sweep.RunAsync(taken: held), Has.Count.EqualTo(2));
            Assert.That(() => FolderLock.Take(folder.Path), Throws.InvalidOperationException, "the sweep lets go of its own lock alone");
        }
        Assert.That(folder.Names(), Is.EquivalentTo(new[] { FolderLock.Name, "trials.log" }));
        using var other = FolderLock.Take(folder["other"]);
        Assert.That(() => sweep.RunAsync(taken: other), Throws.ArgumentException.With.Message.Contains(other.Folder));
    }

    [Test]
    public async Task Subject_IsWhatTheSweepWasGiven()
    {
        using var folder = new TemporaryFolder();
        Assert.That(ParallelSweep.Subject(folder.Path, "threads"), Is.Null);
        await new ParallelSweep(
            Space(), new SweepOptions { Trials = 1 }, folder.Path, BowlAsync, subject: new JsonObject { ["threads"] = 3 }).RunAsync();
        Assert.That(ParallelSweep.Subject(folder.Path, "threads")!.GetValue<int>(), Is.EqualTo(3));
        Assert.That(ParallelSweep.Subject(folder.Path, "metric"), Is.Null);
    }

    [Test]
    public async Task RunAsync_WithAnotherSubject_IsRefusedAndSaysWhatDiffers()
    {
        using var folder = new TemporaryFolder();
        ParallelSweep Of(string metric) => new(Space(), new SweepOptions { Trials = 2 }, folder.Path, BowlAsync,
            subject: new JsonObject { ["preset"] = "smoke", ["metric"] = metric });
        await Of("loss").RunAsync();
        Assert.That(() => Of("accuracy").RunAsync(), Throws.InvalidOperationException.With.Message.Contains("another sweep")
            .And.Message.Contains("its metric is \"loss\", this one's is \"accuracy\""));
        Assert.That(Of("accuracy").Check, Throws.InvalidOperationException);
        Assert.That(await Of("loss").RunAsync(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task RunAsync_WithAFaultOfTheSweep_EndsAndGivesWayToTheCorrectedOne()
    {
        using var folder = new TemporaryFolder();
        ParallelSweep Of(string metric, Func<TrialRequest, CancellationToken, Task<TrialOutcome>> run) => new(
            Space(), new SweepOptions { Trials = 3, Workers = 2 }, folder.Path, run, subject: new JsonObject { ["metric"] = metric });
        Assert.That(() => Of("losss", async (request, stop) =>
        {
            if (request.Trial == 1) await Task.Delay(Timeout.Infinite, stop);   // another trial is stopped, not waited for
            throw new SweepFaultException("no metric 'losss'");
        }).RunAsync(), Throws.TypeOf<SweepFaultException>());
        Assert.That(ParallelSweep.Read(folder.Path).Select(t => t.Outcome), Is.All.Null, "no trial has failed");
        var results = await Of("loss", BowlAsync).RunAsync();
        Assert.That(results.Select(r => r.Outcome.Status), Is.EqualTo(Enumerable.Repeat(TrialStatus.Completed, 3)));
    }

    [Test]
    public async Task RunAsync_WithAFaultAfterALoss_IsAFailedTrial()
    {
        using var folder = new TemporaryFolder();
        var results = await new ParallelSweep(Space(), new SweepOptions { Trials = 2 }, folder.Path, (request, stop) =>
            request.Trial == 1 ? throw new SweepFaultException("no such arm") : BowlAsync(request, stop)).RunAsync();
        Assert.That(results.Select(r => r.Outcome.Detail), Is.EqualTo(new[] { null, "no such arm" }));
    }

    [Test]
    public async Task RunAsync_WithAFaultOfTheMachine_EndsAlsoAfterALoss_AndGoesOnOnceItIsMended()
    {
        using var folder = new TemporaryFolder();
        var isMended = false;
        var sweep = new ParallelSweep(Space(), new SweepOptions { Trials = 4 }, folder.Path, (request, stop) =>
            request.Trial == 2 && !isMended ? throw new SweepFaultException("no process") { IsOfTheMachine = true } : BowlAsync(request, stop));
        Assert.That(() => sweep.RunAsync(), Throws.TypeOf<SweepFaultException>());
        Assert.That(ParallelSweep.Read(folder.Path).Select(t => t.Outcome?.Status),
            Is.EqualTo(new TrialStatus?[] { TrialStatus.Completed, TrialStatus.Completed, null }), "trial 2 has not failed");
        isMended = true;
        Assert.That((await sweep.RunAsync()).Select(r => r.Outcome.Status), Is.EqualTo(Enumerable.Repeat(TrialStatus.Completed, 4)));
    }

    [TestCase(TunerKind.Random)]
    [TestCase(TunerKind.CostFrugal)]
    public async Task RunAsync_WithAHigherLimit_RunsTheStoppedTrialAgain(TunerKind tuner)
    {
        using var folder = new TemporaryFolder();
        async Task<IReadOnlyList<(TrialRequest Request, TrialOutcome Outcome)>> RunAsync(double limit) => await new ParallelSweep(
            Space(), new SweepOptions { Trials = 3, Tuner = tuner }, folder.Path, (request, stop) => request.Trial == 1 && limit < 5
                ? Task.FromResult(new TrialOutcome(1, 0, TrialStatus.TimedOut, null, 10, Limit: limit)) : BowlAsync(request, stop),
            again: outcome => outcome.Limit < limit).RunAsync();
        Assert.That((await RunAsync(2))[1].Outcome.Limit, Is.EqualTo(2));
        Assert.That((await RunAsync(2))[1].Outcome.Limit, Is.EqualTo(2), "the same limit: it stays as it is");
        var raised = await RunAsync(9);
        Assert.That(raised.Select(r => r.Outcome.Status), Is.All.EqualTo(TrialStatus.Completed));
        Assert.That((await RunAsync(9)).Select(r => r.Outcome), Is.EqualTo(raised.Select(r => r.Outcome)));
        Assert.That(ParallelSweep.Read(folder.Path).Select(t => t.Outcome), Is.EqualTo(raised.Select(r => r.Outcome)));
    }

    [TestCase(null, 4 * 2 * 2)]
    [TestCase(7, 7)]
    public async Task RunAsync_OfAGrid_TriesNoPointTwice(int? trials, int expected)
    {
        // Of whole numbers from 1 to 3 the four steps (1, 1.5, 2, 2.5) give two.
        var space = Space();
        space.Add("rank", new UniformIntOption(1, 3));
        using var folder = new TemporaryFolder();
        ParallelSweep Of(int most) => new(
            space, new SweepOptions { Trials = most, Workers = 3, Tuner = TunerKind.Grid, GridSteps = 4 }, folder.Path, BowlAsync);
        Assert.That((await Of(5).RunAsync()).Count, Is.EqualTo(5), "what is left comes when it goes on");
        var sweep = Of(trials ?? 100);
        var results = await sweep.RunAsync();
        Assert.That((sweep.GridPoints, sweep.Trials), Is.EqualTo((16L, expected)));
        Assert.That(results.Select(r => string.Join(' ', r.Request.Values.OrderBy(v => v.Key))).Distinct().Count(), Is.EqualTo(expected));
        Assert.That(results, Has.Count.EqualTo(expected));
    }

    [Test]
    public void Runs_AreTheTrialsOfAllRounds()
    {
        ParallelSweep Of(HalvingOptions? halving) => new(Space(), new SweepOptions { Trials = 10, Halving = halving }, "unused", BowlAsync);
        Assert.That(Of(null).Runs, Is.EqualTo(10));
        Assert.That(Of(new HalvingOptions { Option = "maxTokens", Budgets = [1, 2, 4, 8] }).Runs, Is.EqualTo(10 + 4 + 2 + 1));
    }

    [TestCase("x")]
    [TestCase("X")]
    public void Constructor_WithABudgetThatIsSweptToo_Throws(string option) =>
        Assert.That(() => new ParallelSweep(Space(), new SweepOptions { Halving = new HalvingOptions { Option = option, Budgets = [1, 2] } },
            "unused", BowlAsync), Throws.ArgumentException.With.Message.Contains($"'{option}' is in the space too"));

    [Test]
    public void Validated_WithFaults_NamesAll() =>
        Assert.That(() => new SweepOptions
        {
            Trials = 0, Workers = 0, GridSteps = 1, Tuner = TunerKind.Smac,
            Halving = new HalvingOptions { Option = " ", Budgets = [3, 2], Keep = 1 },
        }.Validated(), Throws.ArgumentException.With.Message.EqualTo(
            "SweepOptions: Trials is 0; expected 1 or more. Workers is 0; expected 1 or more. GridSteps is 1; expected 2 or more. "
            + "Halving.Option is empty; expected an option's name. Halving.Budgets is [3, 2]; expected two or more rising numbers above 0. "
            + "Halving.Keep is 1; expected above 0 and below 1. "
            + "Halving needs all points beforehand, but Tuner is Smac; set Random or Grid."));
}
