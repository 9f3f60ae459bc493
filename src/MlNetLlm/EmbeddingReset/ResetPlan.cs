namespace MlNetLlm.EmbeddingReset;

/// <summary>When a run resets, and where in the learning rate's course the embeddings are: pure functions of n, the updates done.</summary>
/// <remarks>
/// The released code's u_e = (n · ⌊U / K⌋) mod U runs through the whole course of U updates in each episode of K. For episodes of other
/// lengths, b the update an episode began after and L its length, u_e = ⌊(n - b) · U / L⌋, which is the same where K divides U.
/// </remarks>
internal sealed class ResetPlan
{
    private readonly EmbeddingResetOptions _options;
    private readonly int _steps;
    private readonly int[] _begins;   // the updates done when an episode begins, from 0

    /// <param name="options">The options.</param>
    /// <param name="steps">U, how many updates the run has.</param>
    public ResetPlan(EmbeddingResetOptions options, int steps)
    {
        (_options, _steps) = (options, steps);
        var last = options.StopAfter > 0 ? Math.Min(options.StopAfter, steps - 1) : steps - 1;
        var resets = options.Updates.Count > 0
            ? options.Updates
            : Enumerable.Range(1, Math.Max(0, last) / options.Interval).Select(i => i * options.Interval);
        _begins = [0, .. resets.Where(update => update <= last)];
    }

    /// <summary>How many episodes the run has.</summary>
    public int Episodes => _begins.Length;

    /// <summary>How many updates an episode has.</summary>
    /// <param name="episode">Its number, from 0.</param>
    public int Length(int episode) => (episode + 1 < _begins.Length ? _begins[episode + 1] : _steps) - _begins[episode];

    /// <summary>The episode that the update after n updates belongs to, from 0.</summary>
    public int EpisodeAt(int n)
    {
        var found = Array.BinarySearch(_begins, n);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>How many updates of its episode were done before the update after n updates.</summary>
    public int Within(int n) => n - _begins[EpisodeAt(n)];

    /// <summary>Whether a reset follows after n updates.</summary>
    public bool IsReset(int n) => n > 0 && (n < _steps ? _begins[EpisodeAt(n)] == n : n == _steps && _options.ResetAtEnd && IsResetAtEnd());

    /// <summary>u_e: the place in the learning rate's course of U updates that the update after n updates has.</summary>
    public int ScheduleStep(int n)
    {
        if (_options.AllowDrift && _options.Updates.Count == 0 && _options.StopAfter == 0)
            return (int)((long)n * Math.Max(1, _steps / _options.Interval) % Math.Max(1, _steps));
        return (int)((long)Within(n) * _steps / Math.Max(1, Length(EpisodeAt(n))));
    }

    /// <summary>What is wrong with these options in a run of so many updates.</summary>
    /// <returns>One sentence a fault; none when they fit.</returns>
    public static IEnumerable<string> Faults(EmbeddingResetOptions options, int steps)
    {
        if (options.Updates.Any(update => update > steps))
            yield return $"Reset.Updates has {options.Updates.Max()}; the run has {steps} updates. Leave it out.";
        if (options.Updates.Count > 0 || options.StopAfter > 0 || options.AllowDrift || options.Interval < 1)
            yield break;
        if (options.Interval < steps && steps % options.Interval != 0)
            yield return $"Reset.Interval is {options.Interval} and does not divide the run's {steps} updates: resets and the learning "
                + $"rate's cycle would drift apart. Take {Divisor(options.Interval, steps, -1)} or {Divisor(options.Interval, steps, 1)}, "
                + "another number of updates, or set Reset.AllowDrift.";
    }

    private bool IsResetAtEnd() => _options.Updates.Count > 0
        ? _options.Updates.Contains(_steps)
        : _steps % _options.Interval == 0 && (_options.StopAfter == 0 || _options.StopAfter >= _steps);

    private static int Divisor(int interval, int steps, int direction)
    {
        while (steps % interval != 0)
            interval += direction;
        return interval;
    }
}
