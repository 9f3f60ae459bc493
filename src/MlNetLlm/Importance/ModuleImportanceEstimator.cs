using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.Importance;

/// <summary>Measures how important each module of a language model is for each data set of labelled questions.</summary>
/// <remarks>
/// The published measure (Bhandari, Chen and Gao 2025, after Ma, Fang and Wang 2023) is <see cref="ImportanceScore.PrunedAccuracy"/>: what
/// structured pruning keeps. Pruning within each layer keeps the same share of every layer, so that measure can tell attention from
/// feed-forward parts and nothing else. The other three measures do tell modules apart.
/// </remarks>
public sealed class ModuleImportanceEstimator : IEstimator<ModuleImportanceTransformer>
{
    private readonly LanguageModel? _model;
    private readonly ImportanceOptions _options;
    private readonly IProgress<ImportanceProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Measures importance.</summary>
    /// <param name="model">The model, or null for the one that an earlier step of the pipeline trains.</param>
    /// <param name="options">Which measure, which modules, which rows.</param>
    /// <param name="progress">Told after every data set.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    /// <exception cref="ArgumentException">An option is out of its range; all are named. Or the model is not causal.</exception>
    public ModuleImportanceEstimator(
        LanguageModel? model, ImportanceOptions options, IProgress<ImportanceProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        _model = model is null ? null : CausalModel.Require(model, "ModuleImportance");
        (_options, _progress, _cancellation) = (options.Validated(), progress, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">There are no rows, or a data set has too few.</exception>
    public ModuleImportanceTransformer Fit(IDataView input)
    {
        var model = _model ?? CausalModel.Require(ModelColumn.Find(input.Schema), "ModuleImportance");
        return ImportanceRun.Run(model, input, _options, _progress, _cancellation);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        new CalibrationReader(_options).Require(inputSchema);
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(ImportanceColumns.For(["A", "B"])));
    }
}
