namespace MlNetLlm.Probes;

/// <summary>
/// A data set as probes read it: the features of one or more columns, then one label a label column, -1 where it is missing, in one row of
/// numbers.
/// </summary>
/// <param name="featureSizes">The sizes of the feature columns.</param>
/// <param name="classes">The numbers of classes of the label columns.</param>
/// <param name="cacheBytes">Bytes that stay in memory at most.</param>
internal sealed class ProbeData(IReadOnlyList<int> featureSizes, IReadOnlyList<int> classes, long cacheBytes) : IDisposable
{
    private readonly int _features = featureSizes.Sum();
    private readonly long[][] _counts = [.. classes.Select(count => new long[count])];
    private readonly FeatureMoments _moments = new(featureSizes.Sum());

    /// <summary>The rows.</summary>
    public ProbeRows Rows { get; } = new(featureSizes.Sum() + classes.Count, cacheBytes);

    /// <summary>How many rows there are.</summary>
    public long Count => Rows.Count;

    /// <summary>Where a feature column begins in a row.</summary>
    public int Offset(int column) => featureSizes.Take(column).Sum();

    /// <summary>Rows of each class of a label column.</summary>
    public IReadOnlyList<long> Counts(int label) => _counts[label];

    /// <summary>Adds a row: its features, then its labels as numbers.</summary>
    public void Add(ReadOnlySpan<float> row)
    {
        Rows.Add(row);
        for (var i = 0; i < _counts.Length; i++)
            if (row[_features + i] >= 0) _counts[i][(int)row[_features + i]]++;
        _moments.Add(row[.._features]);
    }

    /// <summary>Mean and inverse deviation of the features; a feature that never changes counts as deviating by 1.</summary>
    public FeatureScale Scale() => _moments.Scale();

    /// <summary>Standardises rows that are in memory once and for all.</summary>
    /// <returns>Whether it did; otherwise each row is to be standardised when it is read.</returns>
    public bool Standardise(FeatureScale scale)
    {
        for (var row = 0L; Rows.InMemory && row < Count; row++) scale.Apply(Rows.Row(row)[.._features], Rows.Row(row));
        return Rows.InMemory;
    }

    public void Dispose() => Rows.Dispose();
}
