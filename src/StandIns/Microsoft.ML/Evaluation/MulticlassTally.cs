using System.Collections.Immutable;

namespace Microsoft.ML.Data;

// Counts of a multiclass evaluation, one row at a time.
internal sealed class MulticlassTally
{
    private const float LeastProbability = 1e-15f;

    private readonly int _classes;
    private readonly double[] _rowsOfClass;
    private readonly double[] _logLossOfClass;
    private readonly long[] _rowsAtRank;    // rank = how many classes come before the true one
    private double _rows;
    private double _correct;
    private double _logLoss;

    public MulticlassTally(int classes)
    {
        _classes = classes;
        _rowsOfClass = new double[classes];
        _logLossOfClass = new double[classes];
        _rowsAtRank = new long[classes + 1];
        Confusion = [.. Enumerable.Range(0, classes).Select(_ => new double[classes])];
    }

    // [actual][predicted]
    public double[][] Confusion { get; }

    public double MicroAccuracy => Average(_correct);

    public double LogLoss => Average(_logLoss);

    // Mean recall over the classes that occur.
    public double MacroAccuracy
    {
        get
        {
            var present = Enumerable.Range(0, _classes).Where(c => _rowsOfClass[c] > 0).ToList();
            return present.Count > 0 ? present.Sum(c => Confusion[c][c] / _rowsOfClass[c]) / present.Count : 0;
        }
    }

    // (H - L) / H, with H the entropy of the class shares among the evaluated rows and L the log-loss.
    public double LogLossReduction
    {
        get
        {
            double sum = 0;
            foreach (var rows in _rowsOfClass)
                if (rows != 0)
                    sum += rows * Math.Log(rows / _rows);
            var entropy = sum / -_rows;
            return (entropy - LogLoss) / entropy;
        }
    }

    public IReadOnlyList<double> PerClassLogLoss =>
        ImmutableArray.CreateRange(_logLossOfClass.Zip(_rowsOfClass, (loss, rows) => rows > 0 ? loss / rows : 0));

    // Share of rows whose true class is among the k best, for k = 1 .. topK; of equal scores the first ranks best.
    public IReadOnlyList<double> TopAccuracies(int topK)
    {
        double share = 0;
        return ImmutableArray.CreateRange(_rowsAtRank.Take(topK).Select(rows => share += rows / _rows).ToList());
    }

    // A row without a usable label (missing, negative, fractional) or with a score that is not finite is left out.
    public void Add(float label, ReadOnlySpan<float> scores)
    {
        if (float.IsNaN(label) || label < 0 || label != (int)label)
            return;
        foreach (var score in scores)
            if (!float.IsFinite(score))
                return;

        var actual = (int)label;
        var known = actual < _classes;
        var probability = known ? scores[actual] : 0;
        var logLoss = -Math.Log(Math.Min(1, Math.Max(LeastProbability, probability)));
        var (rank, predicted) = RankAndBest(scores, actual, probability);

        _rows++;
        _logLoss += logLoss;
        _rowsAtRank[rank]++;
        if (!known)
            return;
        _rowsOfClass[actual]++;
        _logLossOfClass[actual] += logLoss;
        Confusion[actual][predicted]++;
        if (predicted == actual)
            _correct++;
    }

    private static (int Rank, int Best) RankAndBest(ReadOnlySpan<float> scores, int actual, float reference)
    {
        int rank = 0, best = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > reference || (scores[i] == reference && i < actual))
                rank++;
            if (scores[i] > scores[best])
                best = i;    // the first of equal scores wins
        }
        return (rank, best);
    }

    private double Average(double total) => _rows > 0 ? total / _rows : 0;
}
