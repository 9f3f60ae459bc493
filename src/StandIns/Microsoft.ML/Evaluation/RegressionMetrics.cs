namespace Microsoft.ML.Data;

public sealed class RegressionMetrics
{
    internal RegressionMetrics(RegressionTally tally)
    {
        MeanAbsoluteError = tally.MeanAbsoluteError;
        MeanSquaredError = tally.MeanSquaredError;
        RootMeanSquaredError = tally.RootMeanSquaredError;
        LossFunction = tally.LossFunction;
        RSquared = tally.RSquared;
    }

    public double MeanAbsoluteError { get; }

    public double MeanSquaredError { get; }

    public double RootMeanSquaredError { get; }

    public double LossFunction { get; }

    public double RSquared { get; }
}
