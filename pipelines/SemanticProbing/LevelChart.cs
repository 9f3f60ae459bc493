using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>What linear probes read at each level of each snapshot, as a matrix for reports.</summary>
internal static class LevelChart
{
    /// <summary>A level's name.</summary>
    public static string Name(int level) => level == 0 ? "embeddings" : $"layer {level}";

    /// <summary>The chart; null where levels were not probed by themselves.</summary>
    public static RunChart? Of(IReadOnlyList<ModelResult> models, ProbingOptions options)
    {
        var snapshots = models[0].Snapshots;
        var levels = snapshots.Max(snapshot => snapshot.Levels.Count);
        if (levels == 0) return null;
        int[] tasks = [.. Enumerable.Range(0, options.TestPrograms)];
        return new RunChart
        {
            Title = "Semantic content by level and training step", Kind = RunChartKind.Matrix,
            Note = "Mean accuracy of linear probes for direction, offset and obstacle on the reference programs, over models.",
            X = "training step",
            Rows = [.. Enumerable.Range(0, levels).Select(Name)],
            Columns = [.. snapshots.Select(snapshot => $"{snapshot.Behaviour.Step}")],
            Values = [.. Enumerable.Range(0, levels).Select(level => (IReadOnlyList<double?>)[.. Enumerable.Range(0, snapshots.Count)
                .Select(i => Finite(models.Average(model => Content(model.Snapshots[i], level, tasks))))])],
        };
    }

    private static double Content(SnapshotStage.Result snapshot, int level, int[] tasks) =>
        Effects.Mean(snapshot.Levels[level], ProbeArm.NameOf(ProbeSize.Linear, "original"), tasks);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
