namespace Microsoft.ML.AutoML;

public static class AutoMLExperimentExtension
{
    public static AutoMLExperiment SetPipeline(this AutoMLExperiment experiment, SweepablePipeline pipeline)
    {
        experiment.AddSearchSpace(AutoMLExperiment.PipelineKey, pipeline.SearchSpace);
        experiment.Services.AddOnce(() => pipeline);
        experiment.Services.Add<ITrialRunner>(() => new SweepablePipelineRunner(experiment.Services.Need<MLContext>(), pipeline,
            experiment.Services.Need<IEvaluateMetricManager>(), experiment.Services.Need<IDatasetManager>()));
        return experiment.SetEciCostFrugalTuner();
    }

    public static AutoMLExperiment SetDataset(this AutoMLExperiment experiment, DataOperationsCatalog.TrainTestData trainValidationSplit) =>
        experiment.SetDataset(trainValidationSplit.TrainSet, trainValidationSplit.TestSet);

    public static AutoMLExperiment SetDataset(
        this AutoMLExperiment experiment, IDataView train, IDataView validation, bool subSamplingTrainDataset = false)
    {
        if (subSamplingTrainDataset)
            throw new NotSupportedException("Sub-sampling the training rows needs the real Microsoft.ML.AutoML package.");
        experiment.Services.AddOnce<IDatasetManager>(() => new TrainValidateDatasets(train, validation));
        return experiment;
    }

    public static AutoMLExperiment SetDataset(
        this AutoMLExperiment experiment, IDataView dataset, int fold = 10, string samplingKeyColumnName = null)
    {
        experiment.Services.AddOnce<IDatasetManager>(() =>
            new CrossValidateDatasets { Dataset = dataset, Fold = fold, SamplingKeyColumnName = samplingKeyColumnName });
        return experiment;
    }

    public static AutoMLExperiment SetMulticlassClassificationMetric(this AutoMLExperiment experiment,
        MulticlassClassificationMetric metric, string labelColumn = "label", string predictedColumn = "PredictedLabel") =>
        experiment.SetMetric(new MulticlassMetrics(metric, labelColumn, predictedColumn));

    public static AutoMLExperiment SetRegressionMetric(
        this AutoMLExperiment experiment, RegressionMetric metric, string labelColumn = "Label", string scoreColumn = "Score") =>
        experiment.SetMetric(new RegressionMetricsOf(metric, labelColumn, scoreColumn));

    /// <summary>Keeps finished trials in a CSV file of the folder, and starts after those that it already holds.</summary>
    public static AutoMLExperiment SetCheckpoint(this AutoMLExperiment experiment, string folder)
    {
        experiment.Services.AddOnce(() => new TrialFile(folder, experiment.Settings.SearchSpace));
        return experiment;
    }

    public static AutoMLExperiment SetRandomSearchTuner(this AutoMLExperiment experiment, int? seed = null) =>
        experiment.SetTuner(_ => new RandomSearchTuner(experiment.Settings.SearchSpace, seed ?? experiment.Settings.Seed));

    public static AutoMLExperiment SetGridSearchTuner(this AutoMLExperiment experiment, int step = 10) =>
        experiment.SetTuner(_ => new GridSearchTuner(experiment.Settings.SearchSpace, step));

    public static AutoMLExperiment SetCostFrugalTuner(this AutoMLExperiment experiment) =>
        experiment.SetTuner(_ => Informed(experiment,
            new CostFrugalTuner(experiment.Settings.SearchSpace, experiment.Settings.Seed ?? 0)));

    public static AutoMLExperiment SetEciCostFrugalTuner(this AutoMLExperiment experiment) =>
        experiment.SetTuner(_ => Informed(experiment, new EciCostFrugalTuner(
            experiment.Services.Need<SweepablePipeline>(), experiment.Settings.SearchSpace, experiment.Settings.Seed ?? 0)));

    public static AutoMLExperiment SetSmacTuner(this AutoMLExperiment experiment, int numberInitialPopulation = 20,
        int fitModelEveryNTrials = 10, int numberOfTrees = 10, int nMinForSpit = 2, float splitRatio = 0.8f,
        int localSearchParentCount = 5, int numRandomEISearchConfigurations = 5000, double epsilon = 1e-5,
        int numNeighboursForNumericalParams = 4) =>
        experiment.SetTuner(_ => new SmacTuner(experiment.Settings.SearchSpace, new SmacSettings(numberInitialPopulation,
            fitModelEveryNTrials, numberOfTrees, nMinForSpit, splitRatio, localSearchParentCount, numRandomEISearchConfigurations,
            epsilon, numNeighboursForNumericalParams), experiment.Settings.Seed ?? 0));

    private static AutoMLExperiment SetMetric(this AutoMLExperiment experiment, IEvaluateMetricManager metric)
    {
        experiment.Services.AddOnce(() => metric);
        experiment.Services.AddOnce<IMetricManager>(() => metric);
        return experiment;
    }

    private static ITuner Informed(AutoMLExperiment experiment, ITuner tuner)
    {
        foreach (var result in experiment.Services.Find<TrialFile>()?.Results ?? []) tuner.Update(result);
        return tuner;
    }
}
