namespace Microsoft.ML.Data;

// Davies-Bouldin index: centroids from a first pass over the rows, mean distances to them from a second one.
internal sealed class ClusterScatter(int clusters, int width)
{
    private readonly float[][] _centroids = [.. Enumerable.Range(0, clusters).Select(_ => new float[width])];
    private readonly double[] _rows = new double[clusters];
    private readonly double[] _distances = new double[clusters];

    // mean over the clusters of max_j (s_i + s_j) / d_ij; an empty cluster adds nothing but counts in the mean
    public double DaviesBouldinIndex
    {
        get
        {
            double sum = 0;
            foreach (var i in Occupied)
            {
                double worst = 0;
                foreach (var j in Occupied)
                    if (i != j)
                        worst = Math.Max(worst, (Spread(i) + Spread(j)) / Distance(_centroids[i], _centroids[j]));
                sum += worst;
            }
            return sum / clusters;
        }
    }

    private IEnumerable<int> Occupied => Enumerable.Range(0, clusters).Where(i => _rows[i] > 0);

    public void AddToCentroid(int cluster, ReadOnlySpan<float> features)
    {
        _rows[cluster]++;
        var centroid = _centroids[cluster];
        for (var i = 0; i < width; i++)
            centroid[i] += features[i];
    }

    public void FinishCentroids()
    {
        foreach (var cluster in Occupied)
            for (var i = 0; i < width; i++)
                _centroids[cluster][i] *= (float)(1 / _rows[cluster]);
    }

    public void AddDistance(int cluster, ReadOnlySpan<float> features) =>
        _distances[cluster] += Distance(features, _centroids[cluster]);

    private static float Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return MathF.Sqrt(sum);
    }

    private double Spread(int cluster) => _distances[cluster] / _rows[cluster];
}
