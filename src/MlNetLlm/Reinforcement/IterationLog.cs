using System.Text;
using MlNetLlm.Persistence;

namespace MlNetLlm.Reinforcement;

/// <summary>Gathers what the batches of an iteration saw and keeps every iteration's sum. Its state goes into checkpoints.</summary>
internal sealed class IterationLog
{
    private List<ReinforceIteration> _finished = [];
    private List<BatchOutcome> _batches = [];

    /// <summary>The iterations so far.</summary>
    public IReadOnlyList<ReinforceIteration> Finished => _finished;

    /// <summary>The smallest and the largest multiplier that the iteration at hand began with, or null while they are not known.</summary>
    public (double Min, double Max)? Multipliers { get; set; }

    /// <summary>Takes a batch in.</summary>
    public void Add(BatchOutcome batch) => _batches.Add(batch);

    /// <summary>Ends the iteration at hand.</summary>
    public void End(int iteration)
    {
        double answers = _batches.Sum(batch => batch.Answers);
        double places = Math.Max(1, _batches.Sum(batch => batch.Policy.Places));
        double? kl = _batches.TrueForAll(batch => batch.HasKl) ? _batches.Sum(batch => batch.Policy.Kl) / places : null;
        _finished.Add(new ReinforceIteration(
            iteration, _batches.Sum(batch => batch.Reward) / answers, _batches.Sum(batch => batch.Right) / answers,
            _batches.Average(batch => batch.HasEqualRewards ? 1.0 : 0), kl, _batches.Sum(batch => batch.Policy.Entropy) / places,
            _batches.Sum(batch => batch.Tokens) / answers, _batches.Sum(batch => batch.Ended) / answers, Multipliers?.Min, Multipliers?.Max,
            ValidationShareRight: null));
        (_batches, Multipliers) = ([], null);
    }

    /// <summary>Adds to the newest iteration what its validation gave.</summary>
    public void Validated(double shareRight)
    {
        if (_finished.Count > 0) _finished[^1] = _finished[^1] with { ValidationShareRight = shareRight };
    }

    /// <summary>The state as text, for a checkpoint.</summary>
    public string Save() => Encoding.UTF8.GetString(StrictJson.ToBytes(_finished));

    /// <summary>Takes what <see cref="Save"/> gave.</summary>
    public void Restore(string state) => _finished = StrictJson.Parse<List<ReinforceIteration>>(state, "the checkpoint's iterations");
}
