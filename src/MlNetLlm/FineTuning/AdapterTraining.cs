using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;

namespace MlNetLlm.FineTuning;

/// <summary>
/// How adapters are trained, whatever the method and the objective: they are put on a module that shares every weight with the base model,
/// trained, kept, and applied to the base model. A method says what an adapter starts as and what is kept of it; an objective trains them.
/// </summary>
internal sealed class AdapterTraining
{
    private readonly LanguageModel _model;
    private readonly AdapterOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <exception cref="ArgumentException">
    /// The options choose no matrix of this model, its weights are not single precision, or it is not causal.
    /// </exception>
    public AdapterTraining(
        LanguageModel model, AdapterOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        _model = CausalModel.Require(model, "Training adapters");
        (_options, _progress, _cancellation) = (options, progress, cancellation);
        if (model.Module.TokenEmbedding.dtype is var type && type != torch.ScalarType.Float32)
            throw new ArgumentException(
                $"Adapters train in Float32, this model's weights are {type}. "
                + "Load its checkpoint with HuggingFaceOptions.Weights = Float32.");
        _ = Targets(model.Module);
    }

    /// <summary>Trains with the next-token loss.</summary>
    /// <param name="input">Training rows.</param>
    /// <param name="validation">Rows for early stopping and the choice of the best step, or null.</param>
    /// <param name="create">The adapters of the given matrices, one each, in order; on the options' device.</param>
    /// <param name="keep">What was learned, copied out of the trained adapters, which are disposed of afterwards.</param>
    /// <param name="measure">Validates the model so far instead of a loss on <paramref name="validation"/>; null = the loss.</param>
    public ModelTransformer<TLearned> NextToken<TAdapter, TLearned>(
        IDataView input, IDataView? validation, Func<IReadOnlyList<Projection>, RandomStreams, IEnumerable<TAdapter>> create,
        Func<IReadOnlyList<(string Name, TAdapter Adapter)>, TLearned> keep, Func<LanguageModel, double>? measure = null)
        where TAdapter : IProjectionAdapter
        where TLearned : ModelAdapter =>
        Run(create, keep, (module, adapted, streams) => new TrainedAdapters(NextTokenTraining.Run(
            _model, module, adapted.SelectMany(item => item.Parameters), streams, input, validation, _options, _progress, _cancellation,
            measure is null ? null : () => Measure(keep([.. adapted.Select(item => (item.Target.Name, item.Adapter))]), measure))));

    /// <summary>Trains with any objective.</summary>
    /// <param name="create">The adapters of the given matrices, one each, in order; on the options' device.</param>
    /// <param name="keep">What was learned, copied out of the trained adapters, which are disposed of afterwards.</param>
    /// <param name="train">
    /// Trains the adapters that stand on a module of frozen weights, on the options' device, with the run's random streams.
    /// </param>
    public ModelTransformer<TLearned> Run<TAdapter, TLearned>(
        Func<IReadOnlyList<Projection>, RandomStreams, IEnumerable<TAdapter>> create,
        Func<IReadOnlyList<(string Name, TAdapter Adapter)>, TLearned> keep,
        Func<TransformerModel, IReadOnlyList<AdaptedProjection<TAdapter>>, RandomStreams, TrainedAdapters> train)
        where TAdapter : IProjectionAdapter
        where TLearned : ModelAdapter
    {
        using var scope = torch.NewDisposeScope();             // what is handed on is in none
        var streams = new RandomStreams(_options.Seed);
        using var module = _model.Module.ShareWeights();
        module.to(DeviceNames.Of(_options.Device));
        var targets = Targets(module);
        var adapted = targets.Zip(create(targets, streams), (target, adapter) => new AdaptedProjection<TAdapter>(target, adapter)).ToList();
        try
        {
            foreach (var (target, adapter) in adapted) target.Adapter = adapter;
            var trained = train(module, adapted, streams);
            return HandOver.Into(
                keep([.. adapted.Select(item => (item.Target.Name, item.Adapter))]),
                learned => new ModelTransformer<TLearned>(learned.ApplyTo(_model), learned, trained.Training)
                {
                    Iterations = trained.Iterations,
                });
        }
        finally
        {
            foreach (var (_, adapter) in adapted) adapter.Dispose();
        }
    }

    private double Measure<TLearned>(TLearned learned, Func<LanguageModel, double> measure)
        where TLearned : ModelAdapter
    {
        using (learned)
        using (var model = learned.ApplyTo(_model))
            return measure(model);
    }

    private IReadOnlyList<Projection> Targets(TransformerModel module) =>
        AdapterTargets.Select(module, _options.Modules, _options.Layers);
}
