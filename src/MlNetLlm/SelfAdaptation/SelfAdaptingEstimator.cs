using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>Makes a <see cref="SelfAdaptingTransformer"/>; nothing is trained.</summary>
public sealed class SelfAdaptingEstimator : IEstimator<SelfAdaptingTransformer>
{
    private readonly SvfExpertLibrary _library;
    private readonly SelfAdaptationOptions _options;

    /// <summary>Answers questions in two passes.</summary>
    /// <param name="library">The experts and their base model; not owned.</param>
    /// <param name="options">How questions are classified and answered.</param>
    /// <exception cref="ArgumentException">
    /// Options are out of range or name experts that are not in the library; all faults are named. Or the model is not causal.
    /// </exception>
    public SelfAdaptingEstimator(SvfExpertLibrary library, SelfAdaptationOptions options)
    {
        ArgumentNullException.ThrowIfNull(library);
        _ = CausalModel.Require(library.Base, "SelfAdapt");
        (_library, _options) = (library, options.ValidatedFor(library));
    }

    /// <inheritdoc/>
    public SelfAdaptingTransformer Fit(IDataView input)
    {
        _ = Columns.Text(input.Schema, _options.TextColumn, nameof(_options.TextColumn));
        return new SelfAdaptingTransformer(_library, _options);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Output(inputSchema, _library, _options);

    internal static SchemaShape Output(SchemaShape input, SvfExpertLibrary library, SelfAdaptationOptions options)
    {
        Columns.Text(input, options.TextColumn, nameof(options.TextColumn));
        return SchemaShapes.Add(input, OutputColumn.Schema(AdaptationColumns.For(library.Names.Count)));
    }
}
