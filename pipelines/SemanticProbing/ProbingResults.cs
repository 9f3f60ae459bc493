namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>All that was measured on one model.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Snapshots">Its snapshots, from the untrained to the last.</param>
/// <param name="Final">Everything on the last one.</param>
internal sealed record ModelResult(int Seed, IReadOnlyList<SnapshotStage.Result> Snapshots, FinalStage.Result Final)
{
    /// <summary>The last snapshot.</summary>
    public SnapshotStage.Result Last => Snapshots[^1];

    /// <summary>The steps of the snapshots.</summary>
    public double[] Steps => [.. Snapshots.Select(snapshot => (double)snapshot.Behaviour.Step)];
}
