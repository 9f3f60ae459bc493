using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

public interface ITuner
{
    Parameter Propose(TrialSettings settings);

    void Update(TrialResult result);
}

public interface ITrialRunner : IDisposable
{
    Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct);
}

public interface IMonitor
{
    void ReportRunningTrial(TrialSettings settings);

    void ReportCompletedTrial(TrialResult result);

    void ReportBestTrial(TrialResult result);

    void ReportFailTrial(TrialSettings settings, Exception exception = null);
}

public interface IMetricManager
{
    bool IsMaximize { get; }

    string MetricName { get; }
}

public interface IEvaluateMetricManager : IMetricManager
{
    double Evaluate(MLContext context, IDataView eval);
}

public interface IDatasetManager
{
}

public interface ITrainValidateDatasetManager : IDatasetManager
{
    IDataView LoadTrainDataset(MLContext context, TrialSettings settings);

    IDataView LoadValidateDataset(MLContext context, TrialSettings settings);
}

public interface ICrossValidateDatasetManager : IDatasetManager
{
    IDataView Dataset { get; set; }

    int Fold { get; set; }

    string SamplingKeyColumnName { get; set; }
}
