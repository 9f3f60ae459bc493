using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.ConceptMixing;

/// <summary>Makes a <see cref="SteerConceptTransformer"/>.</summary>
public sealed class SteerConceptEstimator : IEstimator<SteerConceptTransformer>
{
    private readonly SteeredModel _model;
    private readonly SteerConceptOptions _options;
    private readonly GenerationOptions _generation;

    /// <summary>Continues texts while a concept is held at a strength.</summary>
    /// <param name="teacher">Model, autoencoder and layer.</param>
    /// <param name="options">Which concept, and how strongly.</param>
    /// <param name="generation">How to continue, and which columns.</param>
    /// <exception cref="ArgumentException">An option is out of its range; all such options are named.</exception>
    public SteerConceptEstimator(ConceptTeacher teacher, SteerConceptOptions options, GenerationOptions generation)
        : this(new SteeredTeacher(teacher ?? throw new ArgumentNullException(nameof(teacher))), options, generation)
    {
    }

    /// <summary>Continues texts while a concept of a concept model is held at a strength.</summary>
    /// <param name="model">A model that inserts concepts.</param>
    /// <param name="options">Which concept, and how strongly; its strength is a logit.</param>
    /// <param name="generation">How to continue, and which columns.</param>
    /// <exception cref="ArgumentException">
    /// The model inserts no concepts, or an option is out of its range; all such options are named.
    /// </exception>
    public SteerConceptEstimator(LanguageModel model, SteerConceptOptions options, GenerationOptions generation)
        : this(SteeredConceptModel.Of(model ?? throw new ArgumentNullException(nameof(model))), options, generation)
    {
    }

    private SteerConceptEstimator(SteeredModel model, SteerConceptOptions options, GenerationOptions generation)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_model, _options, _generation) = (
            model, options.Validated(model.Concepts, logits: model is SteeredConceptModel), generation.Validated());
    }

    /// <inheritdoc/>
    public SteerConceptTransformer Fit(IDataView input)
    {
        var transformer = new SteerConceptTransformer(_model, _options, _generation);
        _ = transformer.InputColumns(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Columns.Text(inputSchema, _generation.TextColumn, nameof(_generation.TextColumn));
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(GenerateTransformer.Promised(_generation)));
    }
}
