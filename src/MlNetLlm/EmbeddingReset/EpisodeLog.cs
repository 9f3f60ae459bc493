using MlNetLlm.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.EmbeddingReset;

/// <summary>Follows the saw-tooth: what each episode's loss did. Its state goes into checkpoints.</summary>
internal sealed class EpisodeLog(EmbeddingResetOptions options)
{
    private List<ResetEpisode> _finished = [];
    private Running? _running;

    /// <summary>The episodes that ended.</summary>
    public IReadOnlyList<ResetEpisode> Finished => _finished;

    /// <summary>Takes an update in.</summary>
    /// <param name="step">The update.</param>
    /// <param name="group">The group of what is reset.</param>
    /// <param name="length">How many updates its episode will have.</param>
    public void Add(TrainingStep step, GroupMetrics group, int length)
    {
        var window = options.LossWindow > 0 ? options.LossWindow : Math.Max(1, length / 20);
        var running = _running ??= new Running { FirstUpdate = step.Step, FirstLoss = step.Loss, Highest = step.Loss };
        running.Updates++;
        running.Highest = Math.Max(running.Highest, step.Loss);
        running.NormSum += step.GradientNorm;
        running.LargestNorm = Math.Max(running.LargestNorm, step.GradientNorm);
        (running.StepCounter, running.LearningRate) = (group.Updates, group.LearningRate);
        running.Latest.Add(step.Loss);
        if (running.Latest.Count > window)
            running.Latest.RemoveAt(0);
        if (_finished.Count > 0 && running.RecoveryUpdates is null && running.Latest.Count == window
            && running.Latest.Average() <= _finished[^1].EndLoss + options.RecoveryMargin)
            running.RecoveryUpdates = running.Updates;
    }

    /// <summary>Ends the episode at hand.</summary>
    /// <param name="deviation">The standard deviation of what is reset, before the reset.</param>
    public void End(double deviation)
    {
        if (_running is not { } r)
            return;
        double? spike = _finished.Count > 0 ? r.Highest - _finished[^1].EndLoss : null;
        _finished.Add(new ResetEpisode(
            _finished.Count, r.FirstUpdate, r.Updates, r.FirstLoss, spike, r.Latest.Average(), r.RecoveryUpdates,
            r.NormSum / r.Updates, r.LargestNorm, deviation, r.StepCounter, r.LearningRate));
        _running = null;
    }

    /// <summary>The state as text, for a checkpoint.</summary>
    public string Save() => System.Text.Encoding.UTF8.GetString(StrictJson.ToBytes(new State(_finished, _running)));

    /// <summary>Takes what <see cref="Save"/> gave.</summary>
    public void Restore(string state)
    {
        var saved = StrictJson.Parse<State>(state, "the checkpoint's episode log");
        (_finished, _running) = ([.. saved.Finished], saved.Running);
    }

    private sealed record State(IReadOnlyList<ResetEpisode> Finished, Running? Running);

    /// <summary>The episode at hand.</summary>
    private sealed record Running
    {
        public int FirstUpdate { get; set; }

        public int Updates { get; set; }

        public double FirstLoss { get; set; }

        public double Highest { get; set; }

        public double NormSum { get; set; }

        public double LargestNorm { get; set; }

        public int? RecoveryUpdates { get; set; }

        public long StepCounter { get; set; }

        public double LearningRate { get; set; }

        public List<double> Latest { get; set; } = [];
    }
}
