namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>Right answers about one feature and rows asked, one entry a test task.</summary>
/// <param name="Right">Right answers.</param>
/// <param name="Rows">Rows; 0 for a task whose program has none.</param>
internal sealed record FeatureCounts(int[] Right, int[] Rows)
{
    /// <summary>The accuracy over some tasks, drawn with repeats; 0 where they have no row.</summary>
    public double Accuracy(ReadOnlySpan<int> tasks)
    {
        long right = 0, rows = 0;
        foreach (var task in tasks)
        {
            right += Right[task];
            rows += Rows[task];
        }
        return rows == 0 ? 0 : (double)right / rows;
    }
}
