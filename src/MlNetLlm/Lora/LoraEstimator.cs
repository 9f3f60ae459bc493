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
    private readonly AdapterTraining _training;

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
        (_model, _options) = (model, options.Validated());
        _training = new AdapterTraining(model, _options, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public ModelTransformer<LoraAdapter> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<LoraAdapter> Fit(IDataView input, IDataView? validation) =>
        _training.Run(
            input, validation, Adapters,
            adapted => new LoraAdapter(
                _model.Fingerprint, _options.Rank, _options.Alpha, adapted.Select(a => (a.Name, Keep(a.Adapter.A), Keep(a.Adapter.B)))));

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);

    private IEnumerable<LoraProjection> Adapters(IReadOnlyList<Projection> targets, RandomStreams streams)
    {
        var on = device(_options.Device);
        using var generator = new Generator((ulong)streams[RandomStreams.Initialisation].NextSeed());
        foreach (var target in targets)
        {
            yield return new LoraProjection(
                LoraMath.InitialA(_options.Rank, target.InputWidth, generator).to(on),
                zeros(target.OutputWidth, _options.Rank, device: on),
                _options.Alpha / _options.Rank, _options.Dropout, streams[RandomStreams.Dropout]);
        }
    }

    private static Tensor Keep(Tensor parameter) => parameter.detach().cpu().clone().DetachFromDisposeScope();
}
