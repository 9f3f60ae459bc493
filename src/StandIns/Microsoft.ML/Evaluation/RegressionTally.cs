namespace Microsoft.ML.Data;

// Sums of a regression evaluation, one row at a time.
internal sealed class RegressionTally
{
    private double _rows;
    private double _absolute;
    private double _squared;
    private double _loss;
    private double _labels;
    private double _labelSquares;

    public double MeanAbsoluteError => Average(_absolute);

    public double MeanSquaredError => Average(_squared);

    public double RootMeanSquaredError => Math.Sqrt(MeanSquaredError);

    // The squared loss, taken in single precision.
    public double LossFunction => Average(_loss);

    public double RSquared => _rows > 0 ? 1 - _squared / (_labelSquares - _labels * _labels / _rows) : 0;

    // A row whose label or score is missing is left out.
    public void Add(float label, float score)
    {
        if (float.IsNaN(label) || float.IsNaN(score))
            return;
        var difference = Math.Abs((double)label - score);
        var singleDifference = score - label;
        _rows++;
        _absolute += difference;
        _squared += difference * difference;
        _loss += singleDifference * singleDifference;
        _labels += label;
        _labelSquares += label * label;
    }

    private double Average(double total) => _rows > 0 ? total / _rows : 0;
}
