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
    private readonly AdapterTraining _training;

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
        (_model, _options) = (model, options.Validated());
        _training = new AdapterTraining(model, _options, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public ModelTransformer<SvfExpert> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<SvfExpert> Fit(IDataView input, IDataView? validation)
    {
        var matrices = AdapterTargets.Select(_model.Module, _options.Modules, _options.Layers);
        var factors = SvfDecomposition.Of(_model, matrices, _options.DecompositionCache);
        return _training.Run(
            input, validation,
            (targets, streams) => targets.Select(target => Adapter(factors[target.Name], streams)),
            adapted => new SvfExpert(
                _model.Fingerprint, _options.Variant, _options.MaxMultiplier,
                adapted.Select(a => (a.Name, Keep(a.Adapter.Vector), factors[a.Name].Share()))));
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);

    private SvfProjection Adapter(SvfFactors factors, RandomStreams streams)
    {
        var on = device(_options.Device);
        return new SvfProjection(factors.To(on), Start(factors.Rank, streams).to(on), _options);
    }

    private static Tensor Keep(Tensor vector) => vector.detach().cpu().clone().DetachFromDisposeScope();

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
