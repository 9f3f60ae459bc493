namespace Microsoft.ML.Data;

// Counts of a binary evaluation, one row at a time. A row is predicted positive when its score is above zero.
internal sealed class BinaryTally
{
    private readonly List<(float Score, bool Positive)> _ranking = [];
    private double _truePositives;
    private double _falseNegatives;
    private double _falsePositives;
    private double _trueNegatives;
    private double _logLoss;    // in bits
    private double _positivesWithProbability;
    private double _rowsWithProbability;

    // [actual][predicted], positive first
    public double[][] Confusion => [[_truePositives, _falseNegatives], [_falsePositives, _trueNegatives]];

    public double Accuracy => (_truePositives + _trueNegatives) / Rows;

    public double PositivePrecision => Share(_truePositives, _falsePositives);

    public double PositiveRecall => Share(_truePositives, _falseNegatives);

    public double NegativePrecision => Share(_trueNegatives, _falseNegatives);

    public double NegativeRecall => Share(_trueNegatives, _falsePositives);

    // 0 where both are 0.
    public double F1Score => PositivePrecision + PositiveRecall is > 0 and var sum ? 2 * PositivePrecision * PositiveRecall / sum : 0;

    public double Entropy => BinaryEntropy((_truePositives + _falseNegatives) / Rows);

    public double LogLoss =>
        double.IsNaN(_logLoss) ? double.NaN : _rowsWithProbability > 0 ? _logLoss / _rowsWithProbability : 0;

    public double LogLossReduction
    {
        get
        {
            if (_rowsWithProbability == 0)
                return 0;
            var prior = BinaryEntropy(_positivesWithProbability / _rowsWithProbability);
            return (prior - _logLoss / _rowsWithProbability) / prior;
        }
    }

    public double AreaUnderRocCurve => RankedAreas.Roc(_ranking);

    public double AreaUnderPrecisionRecallCurve => RankedAreas.PrecisionRecall(_ranking);

    private double Rows => _truePositives + _falseNegatives + _falsePositives + _trueNegatives;

    // A row whose score is not finite or whose label is missing is left out. A probability of NaN means: none given.
    public void Add(float label, float score, float probability)
    {
        if (!float.IsFinite(score) || float.IsNaN(label))
            return;
        var positive = label > 0;
        Count(positive, score > 0);
        _ranking.Add((score, positive));
        _logLoss += -Math.Log(positive ? probability : 1.0 - probability, 2);
        if (float.IsNaN(probability))
            return;
        _rowsWithProbability++;
        if (positive)
            _positivesWithProbability++;
    }

    private void Count(bool positive, bool predictedPositive)
    {
        if (positive && predictedPositive)
            _truePositives++;
        else if (positive)
            _falseNegatives++;
        else if (predictedPositive)
            _falsePositives++;
        else
            _trueNegatives++;
    }

    private static double Share(double part, double rest) => part + rest > 0 ? part / (part + rest) : 0;

    private static double BinaryEntropy(double p) =>
        p is 0 or 1 ? 0 : -p * Math.Log(p, 2) - (1 - p) * Math.Log(1 - p, 2);
}
