using Microsoft.ML;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.CommunityTuning;

/// <summary>
/// Fine-tunes a chosen set of modules of a copy of a model with the next-token loss: a community, random modules to compare with, or all.
/// Every other weight keeps its bits.
/// </summary>
/// <remarks>
/// Two departures from the runs of Bhandari, Chen and Gao 2025: embedding and norms are frozen too unless asked for, and gate matrices
/// train like any other (there a mistyped name froze them for good).
/// </remarks>
public sealed class CommunityTuningEstimator : IEstimator<ModelTransformer<TunedModules>>
{
    private readonly LanguageModel _model;
    private readonly CommunityTuningOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Fine-tunes modules of a copy of a model.</summary>
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="options">Which modules, and how they train.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">
    /// Options are out of range (all faults are named), name a module that the model lacks, or ask for a set that does not exist.
    /// </exception>
    public CommunityTuningEstimator(
        LanguageModel model, CommunityTuningOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        (_model, _options) = (model, options.Validated());
        (_progress, _cancellation) = (progress, cancellationToken);
        _ = _options.Modules(model.Config);
    }

    /// <inheritdoc/>
    public ModelTransformer<TunedModules> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<TunedModules> Fit(IDataView input, IDataView? validation) =>
        ModuleTraining.Run(_model, input, validation, _options, _progress, _cancellation);

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        FineTuningSchema.Output(inputSchema, _options, _options.Ownership);
}
