using Microsoft.ML;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;
using MlNetLlm.Training;

namespace MlNetLlm.Lora;

/// <summary>
/// Trains a LoRA adapter by reinforcement, with the objective of <see cref="Svf.TrainSvfExpertEstimator"/>: what differs is the adapter
/// alone.
/// </summary>
public sealed class TrainLoraExpertEstimator : IEstimator<ModelTransformer<LoraAdapter>>
{
    private readonly TrainLoraExpertOptions _options;
    private readonly LoraAdapters _adapters;
    private readonly ReinforceTraining _training;

    /// <summary>Trains an adapter for a model; the model itself is not changed.</summary>
    /// <param name="model">The base model; it must be causal.</param>
    /// <param name="reward">The task's verdict on an answer.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every iteration; what it calls tokens are answers.</param>
    /// <param name="cancellationToken">Stops within one iteration, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named. Or the model is not causal.</exception>
    public TrainLoraExpertEstimator(
        LanguageModel model, IReward reward, TrainLoraExpertOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        _options = options.Validated();
        _adapters = new LoraAdapters(model, _options, _options);
        _training = new ReinforceTraining(model, reward, _options, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public ModelTransformer<LoraAdapter> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best iteration chosen by the share of wrong answers on
    /// <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<LoraAdapter> Fit(IDataView input, IDataView? validation) =>
        _training.Fit(input, validation, _adapters.Create, _adapters.Keep);

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);
}
