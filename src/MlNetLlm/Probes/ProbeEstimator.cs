using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Mapping;
using MlNetLlm.Training;

namespace MlNetLlm.Probes;

/// <summary>
/// Trains one probe, linear or with hidden layers: features and a label make a classifier that adds Score and PredictedLabel, as ML.NET's
/// own trainers do. To train several, <see cref="ProbeSet"/> is faster.
/// </summary>
public sealed class ProbeEstimator : IEstimator<ProbeTransformer>
{
    private readonly ProbeOptions _options;
    private readonly ProbeSet _set;

    /// <summary>Makes a probe's estimator.</summary>
    /// <param name="options"><see cref="LinearProbeOptions"/> or <see cref="MlpProbeOptions"/>.</param>
    /// <param name="progress">Told after every step; its tokens are rows.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public ProbeEstimator(
        ProbeOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _set) = (options, new ProbeSet([options], progress, cancellationToken));
    }

    /// <summary>Trains to the end on all rows.</summary>
    /// <inheritdoc cref="Fit(IDataView, IDataView)"/>
    public ProbeTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>Trains, with the best weights chosen and early stopping on validation rows.</summary>
    /// <param name="input">The rows to learn from, read once.</param>
    /// <param name="validation">The rows to choose by, read once; null trains to the end. Never the test rows.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite, or rows or labels are missing.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or no number.</exception>
    public ProbeTransformer Fit(IDataView input, IDataView? validation) => _set.Fit(input, validation)[0];

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ProbeReader.Features(inputSchema, _options.FeaturesColumn);
        var classes = LabelClasses.Promised(ProbeReader.Label(inputSchema, _options.LabelColumn));
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(ProbeColumns.For(_options, classes)));
    }
}
