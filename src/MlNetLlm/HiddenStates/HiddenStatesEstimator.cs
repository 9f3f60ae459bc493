using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.HiddenStates;

/// <summary>
/// Makes a <see cref="HiddenStatesTransformer"/> for a given model, or for the one an earlier step of the pipeline trains.
/// </summary>
public sealed class HiddenStatesEstimator : IEstimator<HiddenStatesTransformer>
{
    private readonly LanguageModel? _model;
    private readonly HiddenStatesOptions _options;

    /// <summary>Reads hidden states.</summary>
    /// <param name="model">The model, or null for the one that an earlier step of the pipeline trains.</param>
    /// <param name="options">Which layer, which tokens, which columns.</param>
    /// <exception cref="ArgumentException">An option is out of its range; all such options are named.</exception>
    public HiddenStatesEstimator(LanguageModel? model, HiddenStatesOptions options)
    {
        _model = model;
        _options = model is null ? options.Validated() : options.Validated(model.Config);
    }

    /// <inheritdoc/>
    public HiddenStatesTransformer Fit(IDataView input)
    {
        var transformer = new HiddenStatesTransformer(_model ?? ModelColumn.Find(input.Schema), _options);
        _ = transformer.InputColumns(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Columns.Text(inputSchema, _options.TextColumn, nameof(_options.TextColumn));
        // A shape says only whether a vector's size is known, not what it is.
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(HiddenStatesTransformer.Promised(_options, _model?.Config.Width ?? 1)));
    }
}
