using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Generation;
using MlNetLlm.Mapping;

namespace MlNetLlm.ConceptMixing;

/// <summary>Makes a <see cref="SteerConceptTransformer"/>.</summary>
public sealed class SteerConceptEstimator : IEstimator<SteerConceptTransformer>
{
    private readonly ConceptTeacher _teacher;
    private readonly SteerConceptOptions _options;
    private readonly GenerationOptions _generation;

    /// <summary>Continues texts while a concept is held at a strength.</summary>
    /// <param name="teacher">Model, autoencoder and layer.</param>
    /// <param name="options">Which concept, and how strongly.</param>
    /// <param name="generation">How to continue, and which columns.</param>
    /// <exception cref="ArgumentException">An option is out of its range; all such options are named.</exception>
    public SteerConceptEstimator(ConceptTeacher teacher, SteerConceptOptions options, GenerationOptions generation)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(options);
        (_teacher, _options, _generation) = (teacher, options.Validated(teacher.Autoencoder.Latents), generation.Validated());
    }

    /// <inheritdoc/>
    public SteerConceptTransformer Fit(IDataView input)
    {
        var transformer = new SteerConceptTransformer(_teacher, _options, _generation);
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
