using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>
/// Singular value fine-tuning with the next-token loss: every chosen matrix is factored once, W = U diag(σ) Vᵀ, and one multiplier a
/// singular component is trained (Sun, Cetin and Tang, Transformer², ICLR 2025, section 3.1; row 4 of its Table 4 is this objective).
/// </summary>
public sealed class SvfEstimator : IEstimator<ModelTransformer<SvfExpert>>
{
    private readonly LanguageModel _model;
    private readonly SvfOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Fine-tunes a model; the model itself is not changed.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public SvfEstimator(
        LanguageModel model, SvfOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        _model = model;
        _options = options.Validated();
        (_progress, _cancellation) = (progress, cancellationToken);
        _ = AdapterTargets.Select(model.Module, options.Modules, options.Layers);
    }

    /// <inheritdoc/>
    public ModelTransformer<SvfExpert> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<SvfExpert> Fit(IDataView input, IDataView? validation)
    {
        var streams = new RandomStreams(_options.Seed);
        using var module = _model.Module.ShareWeights();
        module.to(device(_options.Device));
        var factors = SvfDecomposition.Of(_model, AdapterTargets.Select(_model.Module, _options.Modules, _options.Layers),
            _options.DecompositionCache);
        var adapted = Attach(module, factors, streams);
        var training = NextTokenTraining.Run(
            _model, module, adapted.Select(a => ($"{a.Name}.multipliers", a.Adapter.Vector)), streams, input, validation, _options,
                _progress, _cancellation);
        var expert = new SvfExpert(
            _model.Fingerprint, _options.Variant, _options.MaxMultiplier,
            adapted.Select(a => (a.Name, a.Adapter.Vector.detach().cpu().clone().DetachFromDisposeScope(), factors[a.Name].Share())));
        foreach (var (_, adapter) in adapted) adapter.Dispose();
        return new ModelTransformer<SvfExpert>(expert.ApplyTo(_model), expert, training, _options.TextColumn);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);

    private List<(string Name, SvfProjection Adapter)> Attach(
        TransformerModel module, IReadOnlyDictionary<string, SvfFactors> factors, RandomStreams streams)
    {
        var on = device(_options.Device);
        var adapted = new List<(string, SvfProjection)>();
        foreach (var projection in AdapterTargets.Select(module, _options.Modules, _options.Layers))
        {
            var adapter = new SvfProjection(factors[projection.Name].To(on), Start(factors[projection.Name].Rank, streams).to(on),
                _options);
            projection.Adapter = adapter;
            adapted.Add((projection.Name, adapter));
        }
        return adapted;
    }

    // p = InitialLogit + noise for the bounded variant, z = 1 for the free one.
    private Tensor Start(long rank, RandomStreams streams)
    {
        if (_options.Variant == SvfVariant.Free) return ones(rank);
        var stream = streams[RandomStreams.Initialisation];
        var start = new float[rank];
        for (var i = 0; i < rank; i++) start[i] = (float)(_options.InitialLogit + _options.InitialNoise * stream.NextNormal());
        return tensor(start);
    }
}
