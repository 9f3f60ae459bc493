using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.FineTuning;

/// <summary>Full fine-tuning with the next-token loss: every weight of a copy of the model is trained.</summary>
public sealed class FullEstimator : IEstimator<ModelTransformer<LanguageModel>>
{
    private readonly LanguageModel _model;
    private readonly FullOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Fine-tunes a copy of a model.</summary>
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named. Or the model is not causal.</exception>
    public FullEstimator(
        LanguageModel model, FullOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        (_model, _options) = (CausalModel.Require(model, "Full fine-tuning"), options.Validated());
        (_progress, _cancellation) = (progress, cancellationToken);
    }

    /// <inheritdoc/>
    public ModelTransformer<LanguageModel> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<LanguageModel> Fit(IDataView input, IDataView? validation) =>
        WholeModelTraining.Run(_model, _model.Module.CopyWeights(), new RandomStreams(_options.Seed), input, validation, _options,
            _options.Ownership, _progress, _cancellation);

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options, _options.Ownership);
}
