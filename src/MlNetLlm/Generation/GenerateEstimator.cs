using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.Generation;

/// <summary>Makes a <see cref="GenerateTransformer"/> for a given model, or for the one an earlier step of the pipeline trains.</summary>
public sealed class GenerateEstimator : IEstimator<GenerateTransformer>
{
    private readonly LanguageModel? _model;
    private readonly GenerationOptions _options;

    /// <summary>Continues texts.</summary>
    /// <param name="model">The model, or null for the one that an earlier step of the pipeline trains.</param>
    /// <param name="options">How to continue, and which columns.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range; all such options are named. Or the model is not causal.
    /// </exception>
    public GenerateEstimator(LanguageModel? model, GenerationOptions options)
    {
        _model = model is null ? null : CausalModel.Require(model, "Generate");
        _options = options.Validated();
    }

    /// <inheritdoc/>
    public GenerateTransformer Fit(IDataView input)
    {
        var transformer = new GenerateTransformer(_model ?? ModelColumn.Find(input.Schema), _options);
        _ = transformer.InputColumns(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Columns.Text(inputSchema, _options.TextColumn, nameof(_options.TextColumn));
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(GenerateTransformer.Promised(_options)));
    }
}
