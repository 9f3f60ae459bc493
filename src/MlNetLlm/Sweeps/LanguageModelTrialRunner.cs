using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.AutoML;

namespace MlNetLlm.Sweeps;

/// <summary>
/// Runs a trial of a pipeline that ends in Score(): trains on the training rows, scores the validation rows, and reports the metric. A
/// metric that is not a finite number is a failed trial: ML.NET itself would neither pick nor report it. A stopped trial ends
/// within one batch of what it trains on, validates or scores.
/// </summary>
internal sealed class LanguageModelTrialRunner(
    MLContext context, SweepablePipeline pipeline, IDatasetManager datasets, LanguageModelMetric metric, TrialModels models) : ITrialRunner
{
    private const string PipelineKey = "_pipeline_";

    public Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct) => Task.Run(() => Run(settings, ct), ct);

    private TrialResult Run(TrialSettings settings, CancellationToken cancellation)
    {
        if (datasets is not ITrainValidateDatasetManager data)
            throw new InvalidOperationException("A sweep of language models needs training and validation rows. "
                + "Call SetDataset(train, validation); it does not cross-validate.");
        var watch = Stopwatch.StartNew();
        using var stop = TrialStop.Begin(context, cancellation);
        models.Begin(settings.TrialId);
        var chain = pipeline.BuildFromOption(context, settings.Parameter[PipelineKey]);
        return HandOver.Into(chain.Fit(data.LoadTrainDataset(context, settings)), model =>
        {
            var scored = model.Transform(data.LoadValidateDataset(context, settings));
            var value = metric.Of(context.LanguageModels().Evaluate(scored, cancellation));
            if (!double.IsFinite(value))
                throw new InvalidOperationException($"Trial {settings.TrialId} has {metric} {value}. Narrow the search space.");
            models.End(model, value);
            return new TrialResult
            {
                TrialSettings = settings,
                Model = model,
                Metric = value,
                Loss = value,
                DurationInMilliseconds = watch.Elapsed.TotalMilliseconds,
            };
        });
    }

    public void Dispose()
    {
    }
}
