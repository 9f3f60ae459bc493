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
    private readonly SweepTuner _tuner;
    private readonly SortedDictionary<(int Round, int Trial), TrialRequest> _requests = [];
    private readonly SortedDictionary<(int Round, int Trial), TrialOutcome> _outcomes = [];
    private SweepJournal _journal = null!;

    /// <summary>Describes a sweep.</summary>
    /// <param name="space">What is searched.</param>
    /// <param name="options">How.</param>
    /// <param name="folder">Folder of the sweep's journal; one that holds a journal goes on with it.</param>
    /// <param name="runTrial">Does a trial. An exception of it is a failed trial; cancellation stops the sweep.</param>
    /// <param name="progress">Told of every outcome.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public ParallelSweep(
        Microsoft.ML.SearchSpace.SearchSpace space, SweepOptions options, string folder,
        Func<TrialRequest, CancellationToken, Task<TrialOutcome>> runTrial, IProgress<TrialOutcome>? progress = null)
    {
        _options = options.Validated();
        (_space, _folder, _runTrial, _progress) = (space, Path.GetFullPath(folder), runTrial, progress);
        _tuner = new SweepTuner(_options.Tuner, space, _options.Seed, _options.GridSteps);
    }

    /// <summary>Runs the sweep, or what is left of it.</summary>
    /// <returns>All trials with their outcomes, by round and number.</returns>
    /// <exception cref="InvalidOperationException">The folder holds another sweep, or another process is at work on it.</exception>
    public async Task<IReadOnlyList<(TrialRequest Request, TrialOutcome Outcome)>> RunAsync(CancellationToken cancellationToken = default)
    {
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
        var outcomes = entries.Select(e => e.Ended).OfType<TrialOutcome>().ToDictionary(o => (o.Round, o.Trial));
        return [.. entries.Select(e => e.Proposed).OfType<TrialRequest>()
            .Select(r => (r, outcomes.GetValueOrDefault((r.Round, r.Trial))))];
    }

    /// <summary>A point's value as the command line and JSON write it.</summary>
    public static string Text(Parameter value) => OptionSpace.Value(value).ToJsonString(_oneLine);

    private IEnumerable<TrialOutcome> Of(int round) => _outcomes.Values.Where(o => o.Round == round);

    private List<(TrialRequest Request, TrialOutcome Outcome)> Results() =>
        [.. _outcomes.Select(o => (_requests[o.Key], o.Value))];

    // Replays the journal: the tuner is asked and told again in the same order, and so gets into the same state.
    private void Recall()
    {
        var plan = PlanText();
        var entries = SweepJournal.Read(_folder);
        if (entries.Count == 0) _journal.Append(new SweepEntry(Plan: plan));
        foreach (var entry in entries)
        {
            if (entry.Plan is { } other && other != plan)
                throw new InvalidOperationException(
                    $"'{_folder}' holds another sweep: {other}. This one is {plan}. Choose another folder.");
            if (entry.Proposed is { } request)
            {
                if (request.Round == 0) _tuner.Propose(request.Trial);
                _requests.Add((request.Round, request.Trial), request);
            }
            if (entry.Ended is { } outcome) Note(outcome);
        }
    }

    private void Note(TrialOutcome outcome)
    {
        _outcomes.Add((outcome.Round, outcome.Trial), outcome);
        if (outcome.Round == 0) _tuner.Update(outcome.Trial, outcome.Loss, TimeSpan.FromMilliseconds(outcome.Milliseconds));
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
        var running = new List<Task<TrialOutcome>>();
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                while (running.Count < _options.Workers && Next(round, waiting, running.Count) is { } request)
                    running.Add(RunTrialAsync(request, cancellation));
                if (running.Count == 0) return;
                var ended = await Task.WhenAny(running);
                running.Remove(ended);
                var outcome = await ended;
                _journal.Append(new SweepEntry(Ended: outcome));
                Note(outcome);
                _progress?.Report(outcome);
            }
        }
        finally
        {
            // Stopped trials take a moment to end their processes.
            await Task.WhenAll(running).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private TrialRequest? Next(int round, Queue<TrialRequest> waiting, int running)
    {
        if (waiting.TryDequeue(out var left)) return left;
        var trial = _requests.Keys.Count(key => key.Round == 0);
        if (round > 0 || trial >= _options.Trials) return null;
        // A tuner that learns starts from the first result: until then it would propose the same point again.
        if (_tuner.Learns && _outcomes.Count == 0 && running > 0) return null;
        var values = Values(_tuner.Propose(trial));
        Plan(new TrialRequest(trial, 0, _options.Halving is null ? values : Budgeted(values, 0)));
        return _requests[(0, trial)];
    }

    private async Task<TrialOutcome> RunTrialAsync(TrialRequest request, CancellationToken cancellation)
    {
        try
        {
            var outcome = await Task.Run(() => _runTrial(request, cancellation), cancellation);
            return outcome.Loss is { } loss && !double.IsFinite(loss)
                ? outcome with { Status = TrialStatus.Failed, Loss = null, Detail = $"the loss is {loss}" } : outcome;
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            return new TrialOutcome(request.Trial, request.Round, TrialStatus.Failed, null, 0, error.Message);
        }
    }

    private Dictionary<string, string> Values(Parameter point) => _space.Keys.ToDictionary(
        name => name, name => Text(point[name]), StringComparer.Ordinal);

    private Dictionary<string, string> Budgeted(IReadOnlyDictionary<string, string> values, int round) =>
        new(values, StringComparer.Ordinal)
        {
            [_options.Halving!.Option] = JsonValue.Create(_options.Halving.Budgets[round]).ToJsonString(),
        };

    // What must not change when a sweep goes on; the number of trials may grow, and workers are nobody's business.
    private string PlanText() => JsonSerializer.Serialize(new
    {
        _options.Tuner, _options.Seed, _options.GridSteps, _options.Halving,
        Space = _space.Keys.Order(StringComparer.Ordinal).Select(name => SpaceFile.Describe(name, _space[name])),
    }, _oneLine);
}
