using System.Diagnostics;

namespace Microsoft.ML.AutoML;

/// <summary>Trains the pipeline of a trial and measures it on the validation rows, or on each fold's.</summary>
internal sealed class SweepablePipelineRunner(
    MLContext context, SweepablePipeline pipeline, IEvaluateMetricManager metric, IDatasetManager datasets) : ITrialRunner
{
    public Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct) => Task.Run(() => Run(settings), ct);

    private TrialResult Run(TrialSettings settings)
    {
        var watch = Stopwatch.StartNew();
        var chain = pipeline.BuildFromOption(context, settings.Parameter[AutoMLExperiment.PipelineKey]);
        var fits = Splits(settings).Select(split =>
        {
            ITransformer model = chain.Fit(split.Train);
            return (Model: model, Metric: metric.Evaluate(context, model.Transform(split.Test)));
        }).ToList();
        var value = fits.Average(fit => fit.Metric);
        return new TrialResult
        {
            TrialSettings = settings,
            Model = fits[0].Model,
            Metric = value,
            Loss = metric.IsMaximize ? -value : value,
            DurationInMilliseconds = watch.Elapsed.TotalMilliseconds,
        };
    }

    private IEnumerable<(IDataView Train, IDataView Test)> Splits(TrialSettings settings) => datasets switch
    {
        ITrainValidateDatasetManager two =>
            [(two.LoadTrainDataset(context, settings), two.LoadValidateDataset(context, settings))],
        ICrossValidateDatasetManager folds => context.Data.CrossValidationSplit(folds.Dataset, folds.Fold, folds.SamplingKeyColumnName)
            .Select(fold => (fold.TrainSet, fold.TestSet)),
        _ => throw new ArgumentException("No data set: call SetDataset first."),
    };

    public void Dispose()
    {
    }
}
