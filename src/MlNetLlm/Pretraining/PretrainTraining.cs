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
        module.to(torch.device(options.Device));
        var objective = new LanguageObjective(model, module, options, options.Objective, options.Masking, options.Ownership, streams);
        var (batches, _) = objective.Read(train, TextBudget.All, cancellation);
        using var readBatches = (IDisposable)batches;
        var (held, heldRows) = validation is null ? (null, null) : objective.Read(validation, TextBudget.All, cancellation);
        using var readHeld = (IDisposable?)held;
        var steps = TrainingRun.StepsOf(options, batches);
        var reset = options.Reset is null ? null : new PeriodicReset(module, options.Reset, options, steps, streams, model.Special.Pad);
        var keeper = options.Snapshots is null ? null : new SnapshotKeeper(model, options.Snapshots);

        module.train();
        var training = TrainingLoop.Run(
            new TrainingJob
            {
                Groups = reset?.Groups ?? [Whole(module)],
                Batches = batches,
                Loss = objective.Loss,
                Validate = heldRows is null ? null : () => objective.Validate(heldRows()),
                IsReached = stopWhen is null ? null : () => IsReached(model, stopWhen),
                ModelFingerprint = model.Fingerprint,
                Random = streams,
                BeforeFirstStep = keeper is null ? null : keeper.Begin,
                AfterStep = step =>
                {
                    reset?.AfterStep(step);
                    keeper?.After(step);
                },
                Notes = reset?.Notes,
            },
            options, progress, cancellation);
        module.eval();
        foreach (var parameter in module.parameters()) parameter.requires_grad = false;
        module.to(torch.CPU);
        var trained = model.WithModule(module);
        return new ModelTransformer<LanguageModel>(trained, trained, training, options.TextColumn) { Episodes = reset?.Episodes ?? [] };
    }

    // A model of its own over the same weights: nothing that it remembers of them outlives the question.
    private static bool IsReached(LanguageModel model, Func<LanguageModel, bool> stopWhen)
    {
        var module = model.Module;
        module.eval();
        using var now = model.WithModule(module.ShareWeights());
        var reached = stopWhen(now);
        module.train();
        return reached;
    }

    private static ParameterGroup Whole(TransformerModel module) =>
        new() { Name = "trained", Parameters = [.. module.named_parameters().Select(item => (item.name, item.parameter))] };
}
