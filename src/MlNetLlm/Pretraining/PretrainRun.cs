using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Pretraining;

/// <summary>What all pre-training shares: a new model's weights train in the one loop, and models are kept on the way.</summary>
/// <param name="Model">Gives the tokenizer; its module, on the options' device, is trained and becomes the new model's.</param>
/// <param name="Streams">The run's random streams.</param>
/// <param name="Options">The method's options.</param>
/// <param name="Snapshots">Which models to keep along the run, or null.</param>
internal sealed record PretrainRun(LanguageModel Model, RandomStreams Streams, TrainingOptions Options, SnapshotOptions? Snapshots)
{
    /// <summary>Name of the group of all weights.</summary>
    public const string Trained = "trained";

    /// <summary>As <see cref="TrainingJob.Groups"/>.</summary>
    public required IReadOnlyList<ParameterGroup> Groups { get; init; }

    /// <summary>As <see cref="TrainingJob.Batches"/>.</summary>
    public required IBatchSource Batches { get; init; }

    /// <summary>As <see cref="TrainingJob.Loss"/>.</summary>
    public required Func<TokenBatch, Tensor> Loss { get; init; }

    /// <summary>As <see cref="TrainingJob.Parts"/>.</summary>
    public Func<StepParts>? Parts { get; init; }

    /// <summary>As <see cref="TrainingJob.Validate"/>.</summary>
    public Func<double>? Validate { get; init; }

    /// <summary>Asked where the loop asks <see cref="TrainingJob.IsReached"/>, with the model as it is then; null = never.</summary>
    public Func<LanguageModel, bool>? StopWhen { get; init; }

    /// <summary>As <see cref="TrainingJob.AfterStep"/>; models are kept after it.</summary>
    public Action<TrainingStep>? AfterStep { get; init; }

    /// <summary>As <see cref="TrainingJob.Notes"/>.</summary>
    public RunNotes? Notes { get; init; }

    /// <summary>Identifies what the run learns from beside the text; null = nothing.</summary>
    public string? Supervision { get; init; }

    /// <summary>Trains.</summary>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Stops within one step.</param>
    public ModelTransformer<LanguageModel> Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var module = Model.Module;
        var keeper = Snapshots is null ? null : new SnapshotKeeper(Model, Snapshots);
        module.train();
        var training = TrainingLoop.Run(
            new TrainingJob
            {
                Groups = Groups,
                Batches = Batches,
                Loss = Loss,
                Parts = Parts,
                Validate = Validate,
                IsReached = StopWhen is { } stopWhen ? () => IsReached(stopWhen) : null,
                ModelFingerprint = Supervision is null ? Model.Fingerprint : Joined(Model.Fingerprint, Supervision),
                Random = Streams,
                BeforeFirstStep = keeper is null ? null : keeper.Begin,
                AfterStep = step =>
                {
                    AfterStep?.Invoke(step);
                    keeper?.After(step);
                },
                Notes = Notes,
            },
            Options, progress, cancellation);
        module.eval();
        foreach (var parameter in module.parameters()) parameter.requires_grad = false;
        module.to(CPU);
        var trained = Model.WithModule(module);
        return new ModelTransformer<LanguageModel>(trained, trained, training);
    }

    // A model of its own over the same weights: nothing that it remembers of them outlives the question.
    private bool IsReached(Func<LanguageModel, bool> stopWhen)
    {
        Model.Module.eval();
        using var now = Model.WithModule(Model.Module.ShareWeights());
        var reached = stopWhen(now);
        Model.Module.train();
        return reached;
    }

    /// <summary>One group of all weights.</summary>
    public static ParameterGroup Whole(TransformerModel module) =>
        new() { Name = Trained, Parameters = [.. module.named_parameters().Select(item => (item.name, item.parameter))] };

    private static string Joined(string model, string supervision) => Identity.Sha256($"{model}\n{supervision}");
}
