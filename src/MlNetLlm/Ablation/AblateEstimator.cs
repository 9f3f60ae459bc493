using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Modules;
using MlNetLlm.Training;

namespace MlNetLlm.Ablation;

/// <summary>
/// Takes modules out of a model by mean ablation: whatever the input, they put out the mean of what they put out on given rows. The result
/// is an ordinary model.
/// </summary>
public sealed class AblateEstimator : IEstimator<ModelTransformer<ModuleMeans>>
{
    private readonly LanguageModel _model;
    private readonly AblateOptions _options;
    private readonly CancellationToken _cancellation;

    /// <summary>Ablates modules of a model.</summary>
    /// <param name="model">A causal model; it is not changed.</param>
    /// <param name="options">Which modules, and which rows the means are of.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">An option is out of its range (all are named), or a module unknown.</exception>
    public AblateEstimator(LanguageModel model, AblateOptions options, CancellationToken cancellationToken = default)
    {
        (_model, _options, _cancellation) = (CausalModel.Require(model, "Ablate"), options.Validated(), cancellationToken);
        _ = ModelModules.Named(model.Config, options.Modules, options.ChannelGroups);
    }

    /// <inheritdoc/>
    public ModelTransformer<ModuleMeans> Fit(IDataView input)
    {
        var means = ModuleMeans.Of(_model, input, _options, _cancellation);
        var ablated = means.Ablate(_model, _options.Modules, _options.ChannelGroups);
        return new ModelTransformer<ModuleMeans>(ablated, means, TrainingResult.None);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        new CalibrationReader(_options).Require(inputSchema);
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(ModelColumn.Promised));
    }
}
