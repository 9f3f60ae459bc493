using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;

namespace MlNetLlm.Pretraining;

/// <summary>The pre-training run: every weight trains, part of them perhaps reset from time to time.</summary>
internal static class PretrainTraining
{
    /// <param name="model">Gives the tokenizer; its module is trained and becomes the new model's.</param>
    /// <param name="streams">The run's random streams.</param>
    /// <param name="train">Training rows.</param>
    /// <param name="validation">Validation rows, or null.</param>
    /// <param name="options">The options.</param>
    /// <param name="stopWhen">Asked after every validation whether the model is good enough; null = never.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Stops within one step.</param>
    public static ModelTransformer<LanguageModel> Run(
        LanguageModel model, RandomStreams streams, IDataView train, IDataView? validation, PretrainOptions options,
        Func<LanguageModel, bool>? stopWhen, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var module = model.Module;
        module.to(DeviceNames.Of(options.Device));
        var objective = new LanguageObjective(model, module, options, options.Objective, options.Masking, options.Ownership, streams);
        var (batches, _) = objective.Read(train, TextBudget.All, cancellation);
        using var readBatches = (IDisposable)batches;
        var (held, heldRows) = validation is null ? (null, null) : objective.Read(validation, TextBudget.All, cancellation);
        using var readHeld = (IDisposable?)held;
        var steps = TrainingRun.StepsOf(options, batches);
        var reset = options.Reset is null ? null : new PeriodicReset(module, options.Reset, options, steps, streams, model.Special.Pad);
        var run = new PretrainRun(model, streams, options, options.Snapshots)
        {
            Groups = reset?.Groups ?? [PretrainRun.Whole(module)],
            Batches = batches,
            Loss = objective.Loss,
            Validate = heldRows is null ? null : () => objective.Validate(heldRows(), cancellation),
            StopWhen = stopWhen,
            AfterStep = reset is null ? null : reset.AfterStep,
            Notes = reset?.Notes,
        };
        return run.Run(progress, cancellation).WithEpisodes(reset?.Episodes ?? []);
    }
}
