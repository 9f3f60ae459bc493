using Microsoft.ML;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.Svf;

/// <summary>
/// Singular value fine-tuning with the next-token loss: every chosen matrix is factored once, W = U diag(σ) Vᵀ, and one multiplier a
/// singular component is trained (Sun, Cetin and Tang, Transformer², ICLR 2025, section 3.1; row 4 of its Table 4 is this objective).
/// </summary>
public sealed class SvfEstimator : IEstimator<ModelTransformer<SvfExpert>>
{
    private readonly SvfOptions _options;
    private readonly SvfAdapters _adapters;
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
        _options = options.Validated();
        _adapters = new SvfAdapters(model, _options, _options, cancellationToken);
        _training = new AdapterTraining(model, _options, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public ModelTransformer<SvfExpert> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<SvfExpert> Fit(IDataView input, IDataView? validation) =>
        _training.NextToken(input, validation, _adapters.Create, _adapters.Keep);

    /// <inheritdoc cref="Lora.LoraEstimator.FitMeasured"/>
    public ModelTransformer<SvfExpert> FitMeasured(IDataView input, Func<LanguageModel, double> measure) =>
        _training.NextToken(input, null, _adapters.Create, _adapters.Keep, measure);

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);
}
