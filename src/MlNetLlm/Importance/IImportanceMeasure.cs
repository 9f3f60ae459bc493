namespace MlNetLlm.Importance;

/// <summary>One way to measure the importance of all modules for all data sets.</summary>
internal interface IImportanceMeasure
{
    /// <summary>What pruning did, of measures that prune and look at accuracy; else nothing.</summary>
    IReadOnlyList<PrunedSet> Pruned => [];

    /// <summary>Measures.</summary>
    /// <param name="sets">The data sets with their rows.</param>
    /// <param name="progress">Told as <see cref="ImportanceProgress"/> says.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>(data sets, modules).</returns>
    double[,] Measure(
        IReadOnlyList<(string DataSet, IReadOnlyList<LabelledQuestion> Rows)> sets, IProgress<ImportanceProgress>? progress,
        CancellationToken cancellation);
}
