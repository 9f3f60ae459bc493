using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace;
using MlNetLlm.Persistence;

namespace MlNetLlm.Sweeps;

/// <summary>
/// Runs a sweep's trials on several workers. Every proposal and every outcome is on disk before anything follows from it: a killed sweep
/// goes on where it was, a killed worker loses its trial at most, and no trial is lost or counted twice. With tuners that do not learn
/// (random, grid) the result does not depend on the number of workers, nor on how often the sweep went on.
/// </summary>
public sealed class ParallelSweep
{
    private readonly Microsoft.ML.SearchSpace.SearchSpace _space;
    private readonly SweepOptions _options;
    private readonly string _folder;
    private readonly Func<TrialRequest, CancellationToken, Task<TrialOutcome>> _runTrial;
    private readonly IProgress<TrialOutcome>? _progress;
    private readonly Func<TrialOutcome, bool> _again;
    private readonly SweepPlan _plan;

    /// <summary>Describes a sweep.</summary>
    /// <param name="space">What is searched.</param>
    /// <param name="options">How.</param>
    /// <param name="folder">Folder of the sweep's journal; one that holds a journal goes on with it.</param>
    /// <param name="runTrial">
    /// Does a trial. An exception of it is a failed trial; cancellation stops the sweep, and so does a
    /// <see cref="SweepFaultException"/> as long as no trial has completed, or at any time where the machine is at fault.
    /// </param>
    /// <param name="progress">Told of every outcome.</param>
    /// <param name="subject">What else must not change when the sweep goes on, by name, such as the metric.</param>
    /// <param name="again">
    /// Whether a trial with such an outcome is to be run again when the sweep goes on, for example one whose process was killed, or was
    /// stopped at a limit that is higher now; null = none is. A tuner that learns has been told of the first outcome only.
    /// </param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public ParallelSweep(
        Microsoft.ML.SearchSpace.SearchSpace space, SweepOptions options, string folder,
        Func<TrialRequest, CancellationToken, Task<TrialOutcome>> runTrial, IProgress<TrialOutcome>? progress = null,
        JsonObject? subject = null, Func<TrialOutcome, bool>? again = null)
    {
        _options = options.Validated();
        (_space, _folder, _runTrial, _progress) = (space, Path.GetFullPath(folder), runTrial, progress);
        _again = again ?? (_ => false);
        if (_options.Halving is { } halving && space.Keys.Contains(halving.Option, StringComparer.OrdinalIgnoreCase))
            throw new ArgumentException(
                $"SweepOptions: Halving.Option '{halving.Option}' is in the space too; take it out, or halve another.");
        if (_options.Tuner == TunerKind.Grid) GridPoints = Grid.Points(space, _options.GridSteps);
        _ = new SweepTuner(_options.Tuner, space, _options.Seed, _options.GridSteps);   // refuses before anything is written
        _plan = new SweepPlan(space, _options, subject ?? []);
    }

    /// <summary>Points of the whole grid; null with other tuners.</summary>
    public long? GridPoints { get; }

    /// <summary>Points that are tried: those asked for, but none of a grid twice.</summary>
    public int Trials => (int)Math.Min(_options.Trials, GridPoints ?? long.MaxValue);

    /// <summary>Trials of all rounds, each point once a round; fewer where some fail.</summary>
    public int Runs
    {
        get
        {
            var (points, runs) = (Trials, Trials);
            for (var round = 1; round < (_options.Halving?.Budgets.Count ?? 1); round++) runs += points = _options.Halving!.Kept(points);
            return runs;
        }
    }

    /// <summary>Says whether the folder is free for this sweep; nothing is written.</summary>
    /// <exception cref="InvalidOperationException">It holds another sweep; what differs is named.</exception>
    /// <exception cref="InvalidDataException">Its journal is damaged and no longer says which sweep it is of.</exception>
    public void Check() => _plan.IsOf(SweepJournal.Read(_folder));

    /// <summary>Runs the sweep, or what is left of it; it can be called again, for example after it was cancelled.</summary>
    /// <param name="cancellationToken">Stops it; what is done stays done.</param>
    /// <param name="taken">The lock on the sweep's folder where it is held already; null = it is taken.</param>
    /// <returns>All trials with their outcomes, by round and number.</returns>
    /// <exception cref="InvalidOperationException">The folder holds another sweep, or another process is at work on it.</exception>
    /// <exception cref="SweepFaultException">No trial can give a loss; the trials at work are stopped, and none has failed.</exception>
    /// <exception cref="InvalidDataException">
    /// The folder's journal is damaged where no trial can make up for it: its plan is lost, or what a tuner that learns has learned from.
    /// </exception>
    public async Task<IReadOnlyList<(TrialRequest Request, TrialOutcome Outcome)>> RunAsync(
        CancellationToken cancellationToken = default, FolderLock? taken = null)
    {
        if (taken is not null && taken.Folder != _folder)
            throw new ArgumentException($"The lock is on '{taken.Folder}'; the sweep's folder is '{_folder}'.", nameof(taken));
        using var own = taken is null ? FolderLock.Take(_folder) : null;
        var found = SweepJournal.Read(_folder);
        var goesOn = _plan.IsOf(found);
        using var state = new SweepState(_space, _options, Trials, _folder);
        if (goesOn) state.Recall(found, _again);
        else state.Begin(_plan);
        for (var round = 0; round < (_options.Halving?.Budgets.Count ?? 1); round++)
        {
            if (round > 0) state.GoOn(round);
            await RunRoundAsync(state, round, cancellationToken);
        }
        return [.. state.Trials.Select(t => (t.Request, t.Outcome!))];
    }

    /// <summary>Whether a folder holds a sweep.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, SweepJournal.FileName));

    /// <summary>
    /// Reads what a sweep's folder holds, also of a sweep at work: requests without an outcome are under way or were broken off. With
    /// halving a later round is part of it once the one before has ended.
    /// </summary>
    public static IReadOnlyList<(TrialRequest Request, TrialOutcome? Outcome)> Read(string folder)
    {
        var found = SweepJournal.Read(folder);
        var outcomes = found.Entries.Select(e => e.Ended).OfType<TrialOutcome>().GroupBy(o => (o.Round, o.Trial))
            .ToDictionary(same => same.Key, same => same.Last());   // the last of a trial that was run again
        return SweepRounds.Counting([.. found.Entries.Select(e => e.Proposed).OfType<TrialRequest>()
            .Select(r => (r, outcomes.GetValueOrDefault((r.Round, r.Trial))))], SweepPlan.Halving(found.Plan));
    }

    /// <summary>
    /// What a sweep's folder says of its subject under a name, such as the metric; null where it holds no sweep or says nothing.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">A name of the subject that the sweep was given.</param>
    public static JsonNode? Subject(string folder, string name) =>
        SweepJournal.Read(folder).Plan is { } plan ? JsonNode.Parse(plan)![name] : null;

    /// <summary>A point's value as the command line and JSON write it.</summary>
    public static string Text(Parameter value) => OptionSpace.Value(value).ToJsonString(SweepPlan.OneLine);

    private async Task RunRoundAsync(SweepState state, int round, CancellationToken cancellation)
    {
        var waiting = new Queue<TrialRequest>(state.Waiting(round));
        var running = new Dictionary<Task<TrialOutcome>, TrialRequest>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                while (running.Count < _options.Workers && Next() is { } request)
                    running.Add(RunTrialAsync(request, stop.Token), request);
                if (running.Count == 0) return;
                var ended = await Task.WhenAny(running.Keys);
                running.Remove(ended, out var trial);
                var outcome = await OutcomeAsync(ended, trial!, state);
                state.End(outcome);
                _progress?.Report(outcome);
            }
        }
        catch (Exception)
        {
            await stop.CancelAsync();   // nothing would take note of the other trials
            throw;
        }
        finally
        {
            // Stopped trials take a moment to end their processes.
            await Task.WhenAll(running.Keys)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        TrialRequest? Next() => waiting.TryDequeue(out var left) ? left : round == 0 ? state.Next(running.Count) : null;
    }

    private async Task<TrialOutcome> RunTrialAsync(TrialRequest request, CancellationToken cancellation)
    {
        try
        {
            var outcome = await Task.Run(() => _runTrial(request, cancellation), cancellation);
            return outcome.Loss is { } loss && !double.IsFinite(loss)
                ? outcome with { Status = TrialStatus.Failed, Loss = null, Detail = $"the loss is {loss}" } : outcome;
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested && error is not SweepFaultException)
        {
            return Failed(request, error);
        }
    }

    // Where another trial has a loss, the fault is the trial's own, unless it is the machine's.
    private static async Task<TrialOutcome> OutcomeAsync(Task<TrialOutcome> ended, TrialRequest request, SweepState state)
    {
        try
        {
            return await ended;
        }
        catch (SweepFaultException fault) when (!fault.IsOfTheMachine && state.HasLoss)
        {
            return Failed(request, fault);
        }
    }

    private static TrialOutcome Failed(TrialRequest request, Exception error) =>
        new(request.Trial, request.Round, TrialStatus.Failed, null, 0, error.Message);
}
