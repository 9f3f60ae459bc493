using Microsoft.ML;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.Lora;

/// <summary>Low-rank adaptation with the next-token loss: W' = W + (α / r) B A (Hu et al., LoRA, ICLR 2022).</summary>
public sealed class LoraEstimator : IEstimator<ModelTransformer<LoraAdapter>>
{
    private readonly LoraOptions _options;
    private readonly LoraAdapters _adapters;
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
        _options = options.Validated();
        _adapters = new LoraAdapters(model, _options, _options);
        _training = new AdapterTraining(model, _options, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public ModelTransformer<LoraAdapter> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<LoraAdapter> Fit(IDataView input, IDataView? validation) =>
        _training.NextToken(input, validation, _adapters.Create, _adapters.Keep);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen by a measure of the model so far, such as the share
    /// of answers that are wrong.
    /// </summary>
    /// <param name="input">Training rows.</param>
    /// <param name="measure">Measures what is to become small; called at every validation with a model that it must not keep.</param>
    public ModelTransformer<LoraAdapter> FitMeasured(IDataView input, Func<LanguageModel, double> measure) =>
        _training.NextToken(input, null, _adapters.Create, _adapters.Keep, measure);

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);
}
