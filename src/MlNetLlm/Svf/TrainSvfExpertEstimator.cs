using Microsoft.ML;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;
using MlNetLlm.Training;

namespace MlNetLlm.Svf;

/// <summary>
/// Trains an SVF expert by reinforcement: the model answers prompts, a reward says which answers are right, and one multiplier a singular
/// component is trained to make right answers likelier (Sun, Cetin and Tang, Transformer², ICLR 2025, sections 3.1 and 3.2).
/// </summary>
public sealed class TrainSvfExpertEstimator : IEstimator<ModelTransformer<SvfExpert>>
{
    private readonly TrainSvfExpertOptions _options;
    private readonly SvfAdapters _adapters;
    private readonly ReinforceTraining _training;

    /// <summary>Trains an expert for a model; the model itself is not changed.</summary>
    /// <param name="model">The base model; it must be causal.</param>
    /// <param name="reward">The task's verdict on an answer.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every iteration; what it calls tokens are answers.</param>
    /// <param name="cancellationToken">Stops within one iteration, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named. Or the model is not causal.</exception>
    public TrainSvfExpertEstimator(
        LanguageModel model, IReward reward, TrainSvfExpertOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        _options = options.Validated();
        _adapters = new SvfAdapters(model, _options, _options, cancellationToken);
        _training = new ReinforceTraining(model, reward, _options, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public ModelTransformer<SvfExpert> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best iteration chosen by the share of wrong answers on
    /// <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<SvfExpert> Fit(IDataView input, IDataView? validation) =>
        _training.Fit(input, validation, _adapters.Create, _adapters.Keep, SvfAdapters.Range);

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);
}
