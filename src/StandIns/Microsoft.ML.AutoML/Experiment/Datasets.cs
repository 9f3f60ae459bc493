namespace Microsoft.ML.AutoML;

internal sealed class TrainValidateDatasets(IDataView train, IDataView validation) : ITrainValidateDatasetManager
{
    public IDataView LoadTrainDataset(MLContext context, TrialSettings settings) => train;

    public IDataView LoadValidateDataset(MLContext context, TrialSettings settings) => validation;
}

internal sealed class CrossValidateDatasets : ICrossValidateDatasetManager
{
    public IDataView Dataset { get; set; }

    public int Fold { get; set; }

    public string SamplingKeyColumnName { get; set; }
}
