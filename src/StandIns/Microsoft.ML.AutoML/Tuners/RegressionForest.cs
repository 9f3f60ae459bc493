namespace Microsoft.ML.AutoML;

/// <summary>
/// A random forest for a handful of points: each tree sees a bootstrap sample and, at each split, a share of the dimensions.
/// </summary>
internal sealed class RegressionForest
{
    private readonly Node[] _trees;

    public RegressionForest(
        IReadOnlyList<(double[] Point, double Loss)> rows, int trees, int minimumRows, float dimensionShare, Random random)
    {
        _trees = [.. Enumerable.Range(0, trees).Select(_ =>
            Grow([.. rows.Select(_ => rows[random.Next(rows.Count)])], minimumRows, dimensionShare, random))];
    }

    /// <summary>Mean and standard deviation of the trees' predictions.</summary>
    public (double Mean, double Deviation) Predict(double[] point)
    {
        var values = _trees.Select(tree => tree.Predict(point)).ToArray();
        var mean = values.Average();
        return (mean, Math.Sqrt(values.Average(v => (v - mean) * (v - mean))));
    }

    private static Node Grow(List<(double[] Point, double Loss)> rows, int minimumRows, float share, Random random)
    {
        var leaf = new Node(rows.Average(r => r.Loss), -1, 0, null, null);
        if (rows.Count < Math.Max(2, minimumRows)) return leaf;
        var best = Dimensions(rows[0].Point.Length, share, random).SelectMany(d => Cuts(rows, d))
            .Select(cut => (cut.Dimension, cut.At, Error: Error(rows, cut.Dimension, cut.At)))
            .DefaultIfEmpty((-1, 0, 0)).MinBy(c => c.Error);
        if (best.Dimension < 0) return leaf;
        return leaf with
        {
            Dimension = best.Dimension,
            At = best.At,
            Below = Grow([.. rows.Where(r => r.Point[best.Dimension] < best.At)], minimumRows, share, random),
            Above = Grow([.. rows.Where(r => r.Point[best.Dimension] >= best.At)], minimumRows, share, random),
        };
    }

    private static int[] Dimensions(int count, float share, Random random)
    {
        var all = Enumerable.Range(0, count).ToArray();
        random.Shuffle(all);
        return all[..Math.Max(1, (int)Math.Round(count * share))];
    }

    private static IEnumerable<(int Dimension, double At)> Cuts(List<(double[] Point, double Loss)> rows, int dimension)
    {
        var values = rows.Select(r => r.Point[dimension]).Distinct().Order().ToList();
        return values.Zip(values.Skip(1), (low, high) => (dimension, (low + high) / 2)).Where(cut => values[0] < cut.Item2);
    }

    private static double Error(List<(double[] Point, double Loss)> rows, int dimension, double at) =>
        rows.GroupBy(r => r.Point[dimension] < at).Sum(half =>
        {
            var mean = half.Average(r => r.Loss);
            return half.Sum(r => (r.Loss - mean) * (r.Loss - mean));
        });

    private sealed record Node(double Value, int Dimension, double At, Node Below, Node Above)
    {
        public double Predict(double[] point) =>
            Dimension < 0 ? Value : (point[Dimension] < At ? Below : Above).Predict(point);
    }
}
