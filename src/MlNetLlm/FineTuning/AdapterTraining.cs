using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;

namespace MlNetLlm.FineTuning;

/// <summary>
/// How adapters are trained, whatever the method: they are put on a module that shares every weight with the base model, trained with
/// the next-token loss, kept, and applied to the base model. A method says what an adapter starts as and what is kept of it.
/// </summary>
internal sealed class AdapterTraining
{
    private readonly LanguageModel _model;
    private readonly AdapterOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <exception cref="ArgumentException">The options choose no matrix of this model.</exception>
    public AdapterTraining(
        LanguageModel model, AdapterOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        (_model, _options, _progress, _cancellation) = (model, options, progress, cancellation);
        _ = Targets(model.Module);
    }

    /// <param name="input">Training rows.</param>
    /// <param name="validation">Rows for early stopping and the choice of the best step, or null.</param>
    /// <param name="create">The adapters of the given matrices, one each, in order; on the options' device.</param>
    /// <param name="keep">What was learned, copied out of the trained adapters, which are disposed of afterwards.</param>
    public ModelTransformer<TLearned> Run<TAdapter, TLearned>(
        IDataView input, IDataView? validation,
        Func<IReadOnlyList<Projection>, RandomStreams, IEnumerable<TAdapter>> create,
        Func<IReadOnlyList<(string Name, TAdapter Adapter)>, TLearned> keep)
        where TAdapter : IProjectionAdapter
        where TLearned : ModelAdapter
    {
        var streams = new RandomStreams(_options.Seed);
        using var module = _model.Module.ShareWeights();
        module.to(torch.device(_options.Device));
        var targets = Targets(module);
        var adapted = targets.Zip(create(targets, streams), (target, adapter) => (target.Name, Adapter: adapter)).ToList();
        try
        {
            foreach (var (target, (_, adapter)) in targets.Zip(adapted)) target.Adapter = adapter;
            var parameters = adapted.SelectMany(a => a.Adapter.Parameters.Select(p => ($"{a.Name}.{p.Name}", p.Parameter)));
            var training = NextTokenTraining.Run(
                _model, module, parameters, streams, input, validation, _options, _progress, _cancellation);
            var learned = keep(adapted);
            return new ModelTransformer<TLearned>(learned.ApplyTo(_model), learned, training, _options.TextColumn);
        }
        finally
        {
            foreach (var (_, adapter) in adapted) adapter.Dispose();
        }
    }

    private IReadOnlyList<Projection> Targets(TransformerModel module) =>
        AdapterTargets.Select(module, _options.Modules, _options.Layers);
}
