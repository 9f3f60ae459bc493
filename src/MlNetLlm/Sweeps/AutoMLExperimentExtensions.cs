using Microsoft.ML;
using Microsoft.ML.AutoML;

namespace MlNetLlm.Sweeps;

/// <summary>Lets ML.NET's AutoML measure language models.</summary>
public static class AutoMLExperimentExtensions
{
    /// <summary>
    /// Ranks the trials of a pipeline that ends in <c>Score()</c> by a metric of language models on the validation rows; smaller is better.
    /// Call it after SetPipeline, which sets a trial runner of its own.
    /// </summary>
    /// <remarks>
    /// Where the experiment's time is over or RunAsync is cancelled, a running trial stops within one training step, and the best so far is
    /// the result. AutoML lets the first trial come to its end, for there would be no result without it: a token that is to stop that one
    /// too goes to RunAsync and to the method of <see cref="SweepCatalog"/>. A trial's model is in memory until it fails, or until the trial
    /// after a better one begins; a monitor that wants to keep it saves it when it hears of it.
    /// </remarks>
    /// <param name="experiment">An experiment with SetPipeline and SetDataset (training and validation rows).</param>
    /// <param name="metric">The metric.</param>
    public static AutoMLExperiment SetLanguageModelMetric(
        this AutoMLExperiment experiment, LanguageModelMetric metric = LanguageModelMetric.NegativeLogLikelihood)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var models = new TrialModels();
        return experiment.SetTrialRunner(services => new LanguageModelTrialRunner(
            Need<MLContext>(services), Need<SweepablePipeline>(services), Need<IDatasetManager>(services), metric, models));
    }

    private static T Need<T>(IServiceProvider services)
        where T : class =>
        services.GetService(typeof(T)) as T ?? throw new InvalidOperationException(
            $"The experiment has no {typeof(T).Name}. Call SetPipeline and SetDataset before it runs.");
}
