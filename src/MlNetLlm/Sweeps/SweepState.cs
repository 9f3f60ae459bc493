using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace;
using MlNetLlm.Persistence;

namespace MlNetLlm.Sweeps;

/// <summary>
/// What a run of a sweep knows: its tuner, proposals and outcomes. Each is in the journal before anything follows from it. Used by one
/// thread at a time.
/// </summary>
/// <param name="space">What is searched.</param>
/// <param name="options">How.</param>
/// <param name="trials">Points that are tried.</param>
/// <param name="folder">The folder of the journal; the caller holds its lock.</param>
internal sealed class SweepState(Microsoft.ML.SearchSpace.SearchSpace space, SweepOptions options, int trials, string folder) : IDisposable
{
    private readonly SweepTuner _tuner = new(options.Tuner, space, options.Seed, options.GridSteps);
    private readonly HashSet<int> _told = [];
    private readonly SortedDictionary<(int Round, int Trial), TrialRequest> _requests = [];
    private readonly SortedDictionary<(int Round, int Trial), TrialOutcome> _outcomes = [];
    private readonly SweepJournal _journal = SweepJournal.Open(FileSystems.Default, folder);

    /// <summary>Whether any trial has completed.</summary>
    public bool HasLoss => _outcomes.Values.Any(o => o.Loss is not null);

    /// <summary>The trials that count, by round and number.</summary>
    public IReadOnlyList<(TrialRequest Request, TrialOutcome? Outcome)> Trials =>
        SweepRounds.Counting([.. _requests.Select(r => (r.Value, _outcomes.GetValueOrDefault(r.Key)))], options.Halving);

    /// <summary>Begins a new sweep.</summary>
    public void Begin(SweepPlan plan) => _journal.Append(new SweepEntry(Plan: plan.Text));

    /// <summary>Goes on with the sweep that a journal holds.</summary>
    /// <param name="found">What it holds.</param>
    /// <param name="again">Whether a trial with such an outcome is to be run again.</param>
    /// <exception cref="InvalidDataException">The tuner learns, and what it has learned is lost.</exception>
    public void Recall(SweepContent found, Func<TrialOutcome, bool> again)
    {
        if (!_tuner.Learns) Retrace(found);
        foreach (var entry in found.Entries)
        {
            if (entry.Proposed is { } request)
            {
                if (_tuner.Learns) Repeat(request, found);
                _requests[(request.Round, request.Trial)] = request;
            }
            if (entry.Ended is { } outcome) Note(outcome);
        }
        foreach (var (key, outcome) in _outcomes.ToList())
            if (again(outcome)) _outcomes.Remove(key);
    }

    /// <summary>The trials of a round that wait for a worker.</summary>
    public IEnumerable<TrialRequest> Waiting(int round) => Trials.Where(t => t.Request.Round == round && t.Outcome is null)
        .Select(t => t.Request);

    /// <summary>A trial more of the first round; null where there is none, or none yet.</summary>
    /// <param name="running">How many trials are at work.</param>
    public TrialRequest? Next(int running)
    {
        var trial = 0;
        while (_requests.ContainsKey((0, trial))) trial++;
        if (trial >= trials) return null;
        // A tuner that learns starts from the first result: until then it would propose the same point again.
        return _tuner.Learns && _outcomes.Count == 0 && running > 0 ? null : Propose(trial);
    }

    /// <summary>Sends the best of the round before on to a round.</summary>
    public void GoOn(int round)
    {
        var before = Trials.Where(t => t.Request.Round == round - 1).Select(t => t.Outcome!);
        foreach (var trial in options.Halving!.GoOn(before))
            if (!_requests.ContainsKey((round, trial)))
                Plan(new TrialRequest(trial, round, Budgeted(_requests[(0, trial)].Values, round)));
    }

    /// <summary>Takes note of how a trial ended.</summary>
    public void End(TrialOutcome outcome)
    {
        _journal.Append(new SweepEntry(Ended: outcome));
        Note(outcome);
    }

    public void Dispose() => _journal.Dispose();

    // The points of a tuner that does not learn are a sequence, in which a lost proposal has its place.
    private void Retrace(SweepContent found)
    {
        var kept = found.Entries.Select(e => e.Proposed).OfType<TrialRequest>().Where(r => r.Round == 0).ToDictionary(r => r.Trial);
        for (var (trial, left) = (0, kept.Count); left > 0; trial++)
        {
            if (!kept.TryGetValue(trial, out var request))
            {
                Propose(trial);
                continue;
            }
            _tuner.Propose(trial);
            _requests.Add((0, trial), request);
            left--;
        }
    }

    // A tuner that learns is asked and told again in the same order, and so gets into the same state.
    private void Repeat(TrialRequest request, SweepContent found)
    {
        if (request.Round > 0) return;
        var values = Values(_tuner.Propose(request.Trial));
        if (found.Lost.Count > 0 && values.Any(v => request.Values[v.Key] != v.Value))
            throw new InvalidDataException($"{found.Damage}. The tuner {options.Tuner} has learned from what is lost and cannot be brought "
                + "back to where it was; restore the file from a copy, or begin again in another folder.");
    }

    private TrialRequest Propose(int trial)
    {
        Dictionary<string, string> values;
        do values = Values(_tuner.Propose(trial));
        while (options.Tuner == TunerKind.Grid && IsPlanned(values));
        var request = new TrialRequest(trial, 0, options.Halving is null ? values : Budgeted(values, 0));
        Plan(request);
        return request;
    }

    private bool IsPlanned(Dictionary<string, string> values) =>
        _requests.Values.Any(r => r.Round == 0 && values.All(v => r.Values[v.Key] == v.Value));

    private void Plan(TrialRequest request)
    {
        _journal.Append(new SweepEntry(Proposed: request));
        _requests.Add((request.Round, request.Trial), request);
    }

    private void Note(TrialOutcome outcome)
    {
        _outcomes[(outcome.Round, outcome.Trial)] = outcome;
        if (outcome.Round == 0 && _told.Add(outcome.Trial))
            _tuner.Update(outcome.Trial, outcome.Loss, TimeSpan.FromMilliseconds(outcome.Milliseconds));
    }

    private Dictionary<string, string> Values(Parameter point) => space.Keys.ToDictionary(
        name => name, name => ParallelSweep.Text(point[name]), StringComparer.Ordinal);

    private Dictionary<string, string> Budgeted(IReadOnlyDictionary<string, string> values, int round) =>
        new(values, StringComparer.Ordinal)
        {
            [options.Halving!.Option] = JsonValue.Create(options.Halving.Budgets[round]).ToJsonString(),
        };
}
