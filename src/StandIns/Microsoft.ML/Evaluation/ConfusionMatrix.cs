using System.Collections.Immutable;

namespace Microsoft.ML.Data;

public sealed class ConfusionMatrix
{
    private readonly string _table;

    // counts[actual][predicted]
    internal ConfusionMatrix(double[][] counts, IReadOnlyList<string> classNames, bool binary)
    {
        NumberOfClasses = counts.Length;
        Counts = [.. counts.Select(row => (IReadOnlyList<double>)[.. row])];
        PerClassPrecision = Shares(actual => counts[actual][actual], predicted => counts.Sum(row => row[predicted]));
        PerClassRecall = Shares(actual => counts[actual][actual], actual => counts[actual].Sum());
        _table = ConfusionTable.Format(this, classNames, binary);
    }

    public IReadOnlyList<double> PerClassPrecision { get; }

    public IReadOnlyList<double> PerClassRecall { get; }

    public IReadOnlyList<IReadOnlyList<double>> Counts { get; }

    public int NumberOfClasses { get; }

    public string GetFormattedConfusionTable() => _table;

    public double GetCountForClassPair(int predictedClassIndicatorIndex, int actualClassIndicatorIndex)
    {
        CheckIndex(predictedClassIndicatorIndex, nameof(predictedClassIndicatorIndex));
        CheckIndex(actualClassIndicatorIndex, nameof(actualClassIndicatorIndex));
        return Counts[actualClassIndicatorIndex][predictedClassIndicatorIndex];
    }

    private void CheckIndex(int index, string parameter)
    {
        if (index < 0 || index >= NumberOfClasses)
            throw new ArgumentOutOfRangeException(parameter, index,
                "Invalid index. Should be non-negative, less than the number of classes.");
    }

    private ImmutableArray<double> Shares(Func<int, double> part, Func<int, double> whole) =>
        [.. Enumerable.Range(0, NumberOfClasses).Select(i => whole(i) > 0 ? part(i) / whole(i) : 0)];
}
