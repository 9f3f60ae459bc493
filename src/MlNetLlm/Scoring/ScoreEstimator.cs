using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.Scoring;

/// <summary>Makes a <see cref="ScoreTransformer"/> for a given model, or for the one an earlier step of the pipeline trains.</summary>
public sealed class ScoreEstimator : IEstimator<ScoreTransformer>
{
    private readonly LanguageModel? _model;
    private readonly ScoreOptions _options;

    /// <summary>Scores with a model.</summary>
    /// <param name="model">The model, or null for the one that an earlier step of the pipeline trains.</param>
    /// <param name="options">What to score.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range; all such options are named. Or the model is not causal.
    /// </exception>
    public ScoreEstimator(LanguageModel? model, ScoreOptions options)
    {
        _model = model is null ? null : CausalModel.Require(model, "Score");
        _options = options.Validated();
    }

    /// <inheritdoc/>
    public ScoreTransformer Fit(IDataView input)
    {
        var transformer = new ScoreTransformer(_model ?? ModelColumn.Find(input.Schema), _options);
        _ = transformer.InputColumns(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Columns.Text(inputSchema, _options.TextColumn, nameof(_options.TextColumn));
        if (_options.CompletionColumn is { } completion) Columns.Text(inputSchema, completion, nameof(_options.CompletionColumn));
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(ScoreColumns.All));
    }
}
