namespace MlNetLlm.Communities;

/// <summary>What repeated community detection found.</summary>
/// <param name="Partition">The consensus.</param>
/// <param name="Runs">The partition of every run, by seed.</param>
/// <param name="MeanAdjustedRand">Mean over all pairs of runs: 1 = every run found the same.</param>
public sealed record ConsensusResult(Partition Partition, IReadOnlyList<Partition> Runs, double MeanAdjustedRand)
{
    /// <summary>Number of communities of every run.</summary>
    public IReadOnlyList<int> Counts { get; } = [.. Runs.Select(run => run.Count)];
}
