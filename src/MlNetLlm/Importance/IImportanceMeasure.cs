namespace MlNetLlm.Importance;

/// <summary>One way to measure the importance of all modules on the rows of a data set.</summary>
internal interface IImportanceMeasure : IDisposable
{
    /// <summary>One score a module.</summary>
    /// <param name="dataSet">The data set's name.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="cancellation">Stops between batches.</param>
    double[] Scores(string dataSet, IReadOnlyList<LabelledQuestion> rows, CancellationToken cancellation);
}
