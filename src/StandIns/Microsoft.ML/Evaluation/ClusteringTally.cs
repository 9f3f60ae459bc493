namespace Microsoft.ML.Data;

// Counts of a clustering evaluation: a row belongs to the cluster with the smallest score, the first of equal ones.
internal sealed class ClusteringTally(int clusters)
{
    private readonly double[] _rowsOfCluster = new double[clusters];
    private readonly List<double[]> _rowsOfClass = [];    // [class][cluster]
    private double _rows;
    private double _distance;

    public double AverageDistance => _distance / _rows;

    // I(class; cluster) / H(class); NaN with fewer than two classes.
    public double NormalizedMutualInformation
    {
        get
        {
            if (_rowsOfClass.Count < 2)
                return double.NaN;
            double information = 0, entropy = 0;
            foreach (var row in _rowsOfClass)
            {
                var px = row.Sum() / _rows;
                if (px <= 0)
                    continue;
                for (var cluster = 0; cluster < clusters; cluster++)
                {
                    var pxy = row[cluster] / _rows;
                    if (pxy > 0)
                        information += pxy * Math.Log(pxy / (px * (_rowsOfCluster[cluster] / _rows)));
                }
                entropy -= px * Math.Log(px);
            }
            return information / entropy;
        }
    }

    // A missing label counts as class 0. Returns the cluster of the row, or -1 when a score is not finite (the row is left out).
    public int Add(float label, ReadOnlySpan<float> scores)
    {
        var actual = float.IsNaN(label) ? 0 : (int)label;
        if (actual < 0 || !float.IsNaN(label) && actual != label)
            throw new InvalidOperationException($"Invalid label: {label}");
        var cluster = Nearest(scores);
        if (cluster < 0)
            return cluster;

        while (_rowsOfClass.Count <= actual)
            _rowsOfClass.Add(new double[clusters]);
        _rowsOfClass[actual][cluster]++;
        _rowsOfCluster[cluster]++;
        _distance += scores[cluster];
        _rows++;
        return cluster;
    }

    public static int Nearest(ReadOnlySpan<float> scores)
    {
        var nearest = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (!float.IsFinite(scores[i]))
                return -1;
            if (scores[i] < scores[nearest])
                nearest = i;
        }
        return nearest;
    }
}
