namespace MlNetLlm.Importance;

/// <summary>Measures that take one data set after another.</summary>
internal static class RowByRow
{
    /// <summary>Makes a row of the matrix of each data set.</summary>
    public static double[,] Measure(
        IReadOnlyList<(string DataSet, IReadOnlyList<LabelledQuestion> Rows)> sets, int modules, IProgress<ImportanceProgress>? progress,
        CancellationToken cancellation, Func<string, IReadOnlyList<LabelledQuestion>, IReadOnlyList<double>> row)
    {
        var values = new double[sets.Count, modules];
        for (var d = 0; d < sets.Count; d++)
        {
            cancellation.ThrowIfCancellationRequested();
            var scores = row(sets[d].DataSet, sets[d].Rows);
            for (var m = 0; m < modules; m++) values[d, m] = scores[m];
            progress?.Report(new ImportanceProgress(sets[d].DataSet, d + 1, sets.Count));
        }
        return values;
    }
}
