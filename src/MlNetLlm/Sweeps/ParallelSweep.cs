using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace;
using MlNetLlm.Persistence;

namespace MlNetLlm.Sweeps;

/// <summary>
/// Runs a sweep's trials on several workers. Every proposal and every outcome is on disk before anything follows from it: a killed sweep
/// goes on where it was, a killed worker loses its trial at most, and no trial is lost or counted twice. With tuners that do not learn
/// (random, grid) the result does not depend on the number of workers.
/// </summary>
public sealed class ParallelSweep
{
    private static readonly JsonSerializerOptions _oneLine = new(JsonOptions.Strict) { WriteIndented = false };

    private readonly Microsoft.ML.SearchSpace.SearchSpace _space;
    private readonly SweepOptions _options;
    private readonly string _folder;
    private readonly Func<TrialRequest, CancellationToken, Task<TrialOutcome>> _runTrial;
    private readonly IProgress<TrialOutcome>? _progress;
    private readonly Func<TrialOutcome, bool> _again;
    private readonly SweepTuner _tuner;
    private readonly JsonObject _plan;
    private readonly HashSet<int> _told = [];
    private readonly SortedDictionary<(int Round, int Trial), TrialRequest> _requests = [];
    private readonly SortedDictionary<(int Round, int Trial), TrialOutcome> _outcomes = [];
    private SweepJournal _journal = null!;

    /// <summary>Describes a sweep.</summary>
    /// <param name="space">What is searched.</param>
    /// <param name="options">How.</param>
    /// <param name="folder">Folder of the sweep's journal; one that holds a journal goes on with it.</param>
    /// <param name="runTrial">
    /// Does a trial. An exception of it is a failed trial; cancellation stops the sweep, and so does a
    /// <see cref="SweepFaultException"/> as long as no trial has completed.
    /// </param>
    /// <param name="progress">Told of every outcome.</param>
    /// <param name="subject">What else must not change when the sweep goes on, by name, such as the metric.</param>
    /// <param name="again">
    /// Whether a trial with such an outcome is to be run again when the sweep goes on, for example one stopped at a limit that is higher
    /// now; null = none is. A tuner that learns has been told of the first outcome only.
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
        if (_options.Halving is { } halving && space.ContainsKey(halving.Option))
            throw new ArgumentException(
                $"SweepOptions: Halving.Option '{halving.Option}' is in the space too; take it out, or halve another.");
        if (_options.Tuner == TunerKind.Grid) GridPoints = Grid.Points(space, _options.GridSteps);
        _tuner = new SweepTuner(_options.Tuner, space, _options.Seed, _options.GridSteps);
        _plan = PlanOf(subject ?? []);
    }

    /// <summary>Points of the whole grid; null with other tuners.</summary>
    public long? GridPoints { get; }

    /// <summary>Points that are tried: those asked for, but none of a grid twice.</summary>
    public int Trials => (int)Math.Min(_options.Trials, GridPoints ?? long.MaxValue);

    /// <summary>Says whether the folder is free for this sweep; nothing is written.</summary>
    /// <exception cref="InvalidOperationException">It holds another sweep; what differs is named.</exception>
    public void Check() => IsThisSweep(SweepJournal.Read(_folder));

    /// <summary>Runs the sweep, or what is left of it.</summary>
    /// <param name="cancellationToken">Stops it; what is done stays done.</param>
    /// <param name="taken">The lock on the sweep's folder where it is held already; null = it is taken.</param>
    /// <returns>All trials with their outcomes, by round and number.</returns>
    /// <exception cref="InvalidOperationException">The folder holds another sweep, or another process is at work on it.</exception>
    /// <exception cref="SweepFaultException">No trial can give a loss; the trials at work are stopped, and none has failed.</exception>
    public async Task<IReadOnlyList<(TrialRequest Request, TrialOutcome Outcome)>> RunAsync(
        CancellationToken cancellationToken = default, FolderLock? taken = null)
    {
        if (taken is not null && taken.Folder != _folder)
            throw new ArgumentException($"The lock is on '{taken.Folder}'; the sweep's folder is '{_folder}'.", nameof(taken));
        using var own = taken is null ? FolderLock.Take(_folder) : null;
        using (_journal = SweepJournal.Open(FileSystems.Default, _folder))
        {
            Recall();
            await RunRoundAsync(0, cancellationToken);
            for (var round = 1; round < (_options.Halving?.Budgets.Count ?? 1); round++)
            {
                foreach (var trial in _options.Halving!.GoOn(Of(round - 1)))
                    Plan(new TrialRequest(trial, round, Budgeted(_requests[(0, trial)].Values, round)));
                await RunRoundAsync(round, cancellationToken);
            }
        }
        return Results();
    }

    /// <summary>Whether a folder holds a sweep.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, SweepJournal.FileName));

    /// <summary>
    /// Reads what a sweep's folder holds, also of a sweep at work: requests without an outcome are under way or were broken off.
    /// </summary>
    public static IReadOnlyList<(TrialRequest Request, TrialOutcome? Outcome)> Read(string folder)
    {
        var entries = SweepJournal.Read(folder);
        var outcomes = entries.Select(e => e.Ended).OfType<TrialOutcome>().GroupBy(o => (o.Round, o.Trial))
            .ToDictionary(same => same.Key, same => same.Last());   // the last of a trial that was run again
        return [.. entries.Select(e => e.Proposed).OfType<TrialRequest>()
            .Select(r => (r, outcomes.GetValueOrDefault((r.Round, r.Trial))))];
    }

    /// <summary>
    /// What a sweep's folder says of its subject under a name, such as the metric; null where it holds no sweep or says nothing.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">A name of the subject that the sweep was given.</param>
    public static JsonNode? Subject(string folder, string name) =>
        SweepJournal.Read(folder) is [{ Plan: { } plan }, ..] ? JsonNode.Parse(plan)![name] : null;

    /// <summary>A point's value as the command line and JSON write it.</summary>
    public static string Text(Parameter value) => OptionSpace.Value(value).ToJsonString(_oneLine);

    private IEnumerable<TrialOutcome> Of(int round) => _outcomes.Values.Where(o => o.Round == round);

    private List<(TrialRequest Request, TrialOutcome Outcome)> Results() =>
        [.. _outcomes.Select(o => (_requests[o.Key], o.Value))];

    // Replays the journal: the tuner is asked and told again in the same order, and so gets into the same state.
    private void Recall()
    {
        var entries = SweepJournal.Read(_folder);
        if (!IsThisSweep(entries))
        {
            _journal.Append(new SweepEntry(Plan: _plan.ToJsonString(_oneLine)));
            return;
        }
        foreach (var entry in entries)
        {
            if (entry.Proposed is { } request)
            {
                if (request.Round == 0) _tuner.Propose(request.Trial);
                _requests.Add((request.Round, request.Trial), request);
            }
            if (entry.Ended is { } outcome) Note(outcome);
        }
        foreach (var (key, outcome) in _outcomes.ToList())
            if (_again(outcome)) _outcomes.Remove(key);
    }

    // A sweep without any outcome has learned nothing yet, and makes room for another.
    private bool IsThisSweep(IReadOnlyList<SweepEntry> entries)
    {
        if (entries.Count == 0) return false;
        var found = JsonNode.Parse(entries[0].Plan ?? "{}")!.AsObject();
        var name = _plan.Select(p => p.Key).Union(found.Select(p => p.Key)).FirstOrDefault(n => !JsonNode.DeepEquals(_plan[n], found[n]));
        if (name is null) return true;
        if (entries.All(e => e.Ended is null)) return false;
        string Text(JsonObject plan) => plan[name]?.ToJsonString(_oneLine) ?? "none";
        throw new InvalidOperationException($"'{_folder}' holds another sweep: its {name} is {Text(found)}, this one's is {Text(_plan)}. "
            + "Go on with the same, or choose another folder.");
    }

    private void Note(TrialOutcome outcome)
    {
        _outcomes[(outcome.Round, outcome.Trial)] = outcome;
        if (outcome.Round == 0 && _told.Add(outcome.Trial))
            _tuner.Update(outcome.Trial, outcome.Loss, TimeSpan.FromMilliseconds(outcome.Milliseconds));
    }

    private void Plan(TrialRequest request)
    {
        if (!_requests.TryAdd((request.Round, request.Trial), request)) return;   // already planned before a kill
        _journal.Append(new SweepEntry(Proposed: request));
    }

    private async Task RunRoundAsync(int round, CancellationToken cancellation)
    {
        var waiting = new Queue<TrialRequest>(
            _requests.Where(r => r.Key.Round == round && !_outcomes.ContainsKey(r.Key)).Select(r => r.Value));
        var running = new Dictionary<Task<TrialOutcome>, TrialRequest>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                while (running.Count < _options.Workers && Next(round, waiting, running.Count) is { } request)
                    running.Add(RunTrialAsync(request, stop.Token), request);
                if (running.Count == 0) return;
                var ended = await Task.WhenAny(running.Keys);
                running.Remove(ended, out var trial);
                var outcome = await OutcomeAsync(ended, trial!);
                _journal.Append(new SweepEntry(Ended: outcome));
                Note(outcome);
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
    }

    private TrialRequest? Next(int round, Queue<TrialRequest> waiting, int running)
    {
        if (waiting.TryDequeue(out var left)) return left;
        var trial = _requests.Keys.Count(key => key.Round == 0);
        if (round > 0 || trial >= Trials) return null;
        // A tuner that learns starts from the first result: until then it would propose the same point again.
        if (_tuner.Learns && _outcomes.Count == 0 && running > 0) return null;
        Dictionary<string, string> values;
        do values = Values(_tuner.Propose(trial));
        while (GridPoints is not null && IsPlanned(values));
        Plan(new TrialRequest(trial, 0, _options.Halving is null ? values : Budgeted(values, 0)));
        return _requests[(0, trial)];
    }

    private bool IsPlanned(Dictionary<string, string> values) =>
        _requests.Values.Any(r => r.Round == 0 && values.All(v => r.Values[v.Key] == v.Value));

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

    // Where another trial has a loss, the fault is the trial's own.
    private async Task<TrialOutcome> OutcomeAsync(Task<TrialOutcome> ended, TrialRequest request)
    {
        try
        {
            return await ended;
        }
        catch (SweepFaultException fault) when (_outcomes.Values.Any(o => o.Loss is not null))
        {
            return Failed(request, fault);
        }
    }

    private static TrialOutcome Failed(TrialRequest request, Exception error) =>
        new(request.Trial, request.Round, TrialStatus.Failed, null, 0, error.Message);

    private Dictionary<string, string> Values(Parameter point) => _space.Keys.ToDictionary(
        name => name, name => Text(point[name]), StringComparer.Ordinal);

    private Dictionary<string, string> Budgeted(IReadOnlyDictionary<string, string> values, int round) =>
        new(values, StringComparer.Ordinal)
        {
            [_options.Halving!.Option] = JsonValue.Create(_options.Halving.Budgets[round]).ToJsonString(),
        };

    // What must not change when a sweep goes on; the number of trials may grow, and workers are nobody's business.
    private JsonObject PlanOf(JsonObject subject)
    {
        var plan = new JsonObject(subject.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        foreach (var (name, value) in JsonSerializer.SerializeToNode(new
        {
            _options.Tuner, _options.Seed, _options.GridSteps, _options.Halving,
            Space = _space.Keys.Order(StringComparer.Ordinal).Select(name => SpaceFile.Describe(name, _space[name])),
            Start = _tuner.Learns ? _space.Default : null,
        }, _oneLine)!.AsObject())
            plan[name] = value?.DeepClone();
        return JsonNode.Parse(plan.ToJsonString(_oneLine))!.AsObject();   // as it reads back
    }
}
