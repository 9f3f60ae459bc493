namespace Microsoft.ML.Data;

public class BinaryClassificationMetrics
{
    internal BinaryClassificationMetrics(BinaryTally tally, IReadOnlyList<string> classNames)
    {
        AreaUnderRocCurve = tally.AreaUnderRocCurve;
        Accuracy = tally.Accuracy;
        PositivePrecision = tally.PositivePrecision;
        PositiveRecall = tally.PositiveRecall;
        NegativePrecision = tally.NegativePrecision;
        NegativeRecall = tally.NegativeRecall;
        F1Score = tally.F1Score;
        AreaUnderPrecisionRecallCurve = tally.AreaUnderPrecisionRecallCurve;
        ConfusionMatrix = new ConfusionMatrix(tally.Confusion, classNames, binary: true);
    }

    public double AreaUnderRocCurve { get; }

    public double Accuracy { get; }

    public double PositivePrecision { get; }

    public double PositiveRecall { get; }

    public double NegativePrecision { get; }

    public double NegativeRecall { get; }

    public double F1Score { get; }

    public double AreaUnderPrecisionRecallCurve { get; }

    public ConfusionMatrix ConfusionMatrix { get; }
}

public sealed class CalibratedBinaryClassificationMetrics : BinaryClassificationMetrics
{
    internal CalibratedBinaryClassificationMetrics(BinaryTally tally, IReadOnlyList<string> classNames)
        : base(tally, classNames)
    {
        LogLoss = tally.LogLoss;
        LogLossReduction = tally.LogLossReduction;
        Entropy = tally.Entropy;
    }

    public double LogLoss { get; }

    public double LogLossReduction { get; }

    public double Entropy { get; }
}
