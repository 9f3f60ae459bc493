using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.MultipleChoice;

/// <summary>
/// Makes a <see cref="ScoreChoicesTransformer"/> for a given model, or for the one an earlier step of the pipeline trains.
/// </summary>
public sealed class ScoreChoicesEstimator : IEstimator<ScoreChoicesTransformer>
{
    private readonly LanguageModel? _model;
    private readonly ScoreChoicesOptions _options;

    /// <summary>Answers multiple-choice questions.</summary>
    /// <param name="model">The model, or null for the one that an earlier step of the pipeline trains.</param>
    /// <param name="options">Which columns, and how choices are compared.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range; all such options are named. Or the model is not causal.
    /// </exception>
    public ScoreChoicesEstimator(LanguageModel? model, ScoreChoicesOptions options)
    {
        _model = model is null ? null : CausalModel.Require(model, "ScoreChoices");
        _options = options.Validated();
    }

    /// <inheritdoc/>
    public ScoreChoicesTransformer Fit(IDataView input)
    {
        var transformer = new ScoreChoicesTransformer(_model ?? ModelColumn.Find(input.Schema), _options, Names(input.Schema))
        {
            Beside = [.. input.Schema.Select(column => column.Name)],
        };
        _ = transformer.InputColumns(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Columns.Text(inputSchema, _options.PromptColumn, nameof(_options.PromptColumn));
        Columns.Texts(inputSchema, _options.ContinuationsColumn, nameof(_options.ContinuationsColumn));
        // A shape says that a vector's size and a key's values are known, not which.
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(ChoiceColumns.For(["A", "B"])));
    }

    private IReadOnlyList<string> Names(DataViewSchema schema)
    {
        var label = schema.GetColumnOrNull(_options.LabelColumn);
        if (_options.Choices > 0) return KeyNames.Of(label, _options.Choices);
        var found = Columns.Find(
            schema, _options.LabelColumn, $"{nameof(_options.LabelColumn)}` or `{nameof(_options.Choices)}",
            type => type is KeyDataViewType { Count: >= 2 and <= SavedVector.MaxSize }, "a key of 2 or more values");
        return KeyNames.Of(found, (int)((KeyDataViewType)found.Type).Count);
    }
}
