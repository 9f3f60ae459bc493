using Microsoft.ML.Data;

namespace Microsoft.ML.AutoML;

public enum MulticlassClassificationMetric
{
    MicroAccuracy = 0,
    MacroAccuracy = 1,
    LogLoss = 2,
    LogLossReduction = 3,
    TopKAccuracy = 4,
}

public enum RegressionMetric
{
    MeanAbsoluteError = 0,
    MeanSquaredError = 1,
    RootMeanSquaredError = 2,
    RSquared = 3,
}

internal sealed class MulticlassMetrics(MulticlassClassificationMetric metric, string label, string predicted) : IEvaluateMetricManager
{
    public bool IsMaximize => metric != MulticlassClassificationMetric.LogLoss;

    public string MetricName => metric.ToString();

    public double Evaluate(MLContext context, IDataView eval)
    {
        var all = context.MulticlassClassification.Evaluate(eval, label, predictedLabelColumnName: predicted);
        return metric switch
        {
            MulticlassClassificationMetric.MicroAccuracy => all.MicroAccuracy,
            MulticlassClassificationMetric.MacroAccuracy => all.MacroAccuracy,
            MulticlassClassificationMetric.LogLoss => all.LogLoss,
            MulticlassClassificationMetric.LogLossReduction => all.LogLossReduction,
            _ => all.TopKAccuracy,
        };
    }
}

internal sealed class RegressionMetricsOf(RegressionMetric metric, string label, string score) : IEvaluateMetricManager
{
    public bool IsMaximize => metric == RegressionMetric.RSquared;

    public string MetricName => metric.ToString();

    public double Evaluate(MLContext context, IDataView eval)
    {
        var all = context.Regression.Evaluate(eval, label, score);
        return metric switch
        {
            RegressionMetric.MeanAbsoluteError => all.MeanAbsoluteError,
            RegressionMetric.MeanSquaredError => all.MeanSquaredError,
            RegressionMetric.RootMeanSquaredError => all.RootMeanSquaredError,
            _ => all.RSquared,
        };
    }
}
