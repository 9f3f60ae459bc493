using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Training;

namespace MlNetLlm.Pruning;

/// <summary>
/// Structured pruning: takes the least important heads, hidden units or channels out of a model and leaves a real, smaller one.
/// </summary>
/// <remarks>
/// Ma, Fang and Wang 2023 (LLM-Pruner). Parts that only make sense together go together: rows of query, key and value with columns of
/// output; rows of gate and up with columns of down; a channel of the residual stream from everything that reads or writes it. The
/// importance of such a group is the sum over its members. One step, without training afterwards.
/// </remarks>
public sealed class PruneEstimator : IEstimator<ModelTransformer<PrunedParts>>
{
    private readonly LanguageModel _model;
    private readonly PruneOptions _options;
    private readonly CancellationToken _cancellation;

    /// <summary>Prunes a model.</summary>
    /// <param name="model">A causal model; it is not changed.</param>
    /// <param name="options">What goes, and on which rows importance is computed.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or does not fit the model; all are named.</exception>
    public PruneEstimator(LanguageModel model, PruneOptions options, CancellationToken cancellationToken = default)
    {
        (_model, _options, _cancellation) = (CausalModel.Require(model, "Prune"), options.Validated(), cancellationToken);
        PruneChecks.Require(model.Config, options);
    }

    /// <inheritdoc/>
    public ModelTransformer<PrunedParts> Fit(IDataView input)
    {
        var sets = new CalibrationReader(_options).Read(input, _options.SkipRows, _options.RowsPerDataSet, _cancellation);
        LabelledQuestion[] rows = [.. sets.SelectMany(set => set.Rows)];
        var importance = WeightGradients.Of(_model, rows, _options, _options.Form, _cancellation);
        var parts = PruneChoice.Choose(_model, importance, _options);
        return new ModelTransformer<PrunedParts>(parts.ApplyTo(_model), parts, TrainingResult.None);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        new CalibrationReader(_options).Require(inputSchema);
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(ModelColumn.Promised));
    }
}
