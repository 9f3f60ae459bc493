using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Lora;

/// <summary>Low-rank adaptation with the next-token loss: W' = W + (α / r) B A (Hu et al., LoRA, ICLR 2022).</summary>
public sealed class LoraEstimator : IEstimator<ModelTransformer<LoraAdapter>>
{
    private readonly LanguageModel _model;
    private readonly LoraOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Fine-tunes a model; the model itself is not changed.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public LoraEstimator(
        LanguageModel model, LoraOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        _model = model;
        _options = options.Validated();
        (_progress, _cancellation) = (progress, cancellationToken);
        _ = AdapterTargets.Select(model.Module, options.Modules, options.Layers);
    }

    /// <inheritdoc/>
    public ModelTransformer<LoraAdapter> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<LoraAdapter> Fit(IDataView input, IDataView? validation)
    {
        var streams = new RandomStreams(_options.Seed);
        using var module = _model.Module.ShareWeights();
        module.to(device(_options.Device));
        var adapted = Attach(module, streams);
        var parameters = adapted.SelectMany(a => a.Adapter.Parameters.Select(p => ($"{a.Name}.{p.Name}", p.Parameter)));
        var training = NextTokenTraining.Run(_model, module, parameters, streams, input, validation, _options, _progress, _cancellation);
        var learned = new LoraAdapter(
            _model.Fingerprint, _options.Rank, _options.Alpha, adapted.Select(a => (a.Name, Keep(a.Adapter.A), Keep(a.Adapter.B))));
        foreach (var (_, adapter) in adapted) adapter.Dispose();
        return new ModelTransformer<LoraAdapter>(learned.ApplyTo(_model), learned, training, _options.TextColumn);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);

    private List<(string Name, LoraProjection Adapter)> Attach(TransformerModel module, RandomStreams streams)
    {
        var on = device(_options.Device);
        using var generator = new Generator((ulong)streams[RandomStreams.Initialisation].NextSeed());
        var adapted = new List<(string, LoraProjection)>();
        foreach (var projection in AdapterTargets.Select(module, _options.Modules, _options.Layers))
        {
            var adapter = new LoraProjection(
                LoraMath.InitialA(_options.Rank, projection.InputWidth, generator).to(on),
                zeros(projection.OutputWidth, _options.Rank, device: on),
                _options.Alpha / _options.Rank, _options.Dropout, streams[RandomStreams.Dropout]);
            projection.Adapter = adapter;
            adapted.Add((projection.Name, adapter));
        }
        return adapted;
    }

    private static Tensor Keep(Tensor parameter) => parameter.detach().cpu().clone().DetachFromDisposeScope();
}
