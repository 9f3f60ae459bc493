namespace MlNetLlm.Sweeps;

/// <summary>
/// Which trials of a sweep count. One that goes on with more points, or runs some again, may choose others for its later rounds than it did
/// before. What the others gave is kept, for they may be chosen once more, but they are not part of the sweep as it is now.
/// </summary>
internal static class SweepRounds
{
    /// <summary>
    /// All trials of the first round, and of each later one those that the round before sends on; none where that one has not ended.
    /// </summary>
    /// <param name="trials">The trials; those without an outcome have not ended.</param>
    /// <param name="halving">How rounds follow; null = there is one.</param>
    /// <returns>Those that count, in their order.</returns>
    public static IReadOnlyList<(TrialRequest Request, TrialOutcome? Outcome)> Counting(
        IReadOnlyList<(TrialRequest Request, TrialOutcome? Outcome)> trials, HalvingOptions? halving)
    {
        var counting = new HashSet<TrialRequest>();
        var chosen = trials.Select(t => t.Request.Trial).ToHashSet();
        for (var round = 0; round < (halving?.Budgets.Count ?? 1); round++)
        {
            var members = trials.Where(t => t.Request.Round == round && chosen.Contains(t.Request.Trial)).ToList();
            counting.UnionWith(members.Select(t => t.Request));
            if (halving is null || members.Any(t => t.Outcome is null) || (round > 0 && members.Count < chosen.Count)) break;
            chosen = [.. halving.GoOn(members.Select(t => t.Outcome!))];
        }
        return [.. trials.Where(t => counting.Contains(t.Request))];
    }
}
