using static TorchSharp.torch;

namespace MlNetLlm.Probes;

/// <summary>A batch being gathered: rows are standardised on the way in.</summary>
/// <param name="sizes">The sizes of the feature columns.</param>
/// <param name="labels">How many label columns there are.</param>
/// <param name="rows">Rows it holds at most.</param>
/// <param name="scale">The standardisation of all features, or null when rows come standardised.</param>
internal sealed class ProbeBatch(IReadOnlyList<int> sizes, int labels, int rows, FeatureScale? scale)
{
    private readonly float[][] _features = [.. sizes.Select(size => new float[rows * size])];
    private readonly long[][] _labels = [.. Enumerable.Range(0, labels).Select(_ => new long[rows])];

    /// <summary>Rows gathered.</summary>
    public int Count { get; private set; }

    /// <summary>The labels of a label column; -1 where missing.</summary>
    public ReadOnlySpan<long> Labels(int label) => _labels[label].AsSpan(0, Count);

    /// <summary>Forgets the rows.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a row of features and labels.</summary>
    public void Add(ReadOnlySpan<float> row)
    {
        var at = 0;
        for (var i = 0; i < sizes.Count; at += sizes[i++])
        {
            var target = _features[i].AsSpan(Count * sizes[i], sizes[i]);
            if (scale is null) row.Slice(at, sizes[i]).CopyTo(target);
            else scale.Apply(row.Slice(at, sizes[i]), target, at);
        }
        for (var i = 0; i < labels; i++) _labels[i][Count] = (long)row[at + i];
        Count++;
    }

    /// <summary>The features of a column.</summary>
    /// <returns>(rows, size).</returns>
    public Tensor Features(int column, Device device)
    {
        var all = tensor(_features[column], [rows, sizes[column]]).to(device);
        return Count == rows ? all : all.narrow(0, 0, Count);
    }

    /// <summary>The labels of a column.</summary>
    /// <returns>(rows) int64; -1 where missing.</returns>
    public Tensor Labels(int label, Device device)
    {
        var all = tensor(_labels[label]).to(device);
        return Count == rows ? all : all.narrow(0, 0, Count);
    }
}
