using Microsoft.ML;
using MlNetLlm.Training;

namespace MlNetLlm.Probes;

/// <summary>
/// Where in a model a label can be read: the same probe on the features of every layer, all trained in one pass over the rows and
/// evaluated in another. Each layer is a features column, as <c>HiddenStates</c> adds them.
/// </summary>
public sealed class PerLayerProbe
{
    private readonly IReadOnlyList<string> _columns;
    private readonly ProbeSet _set;
    private readonly CancellationToken _cancellation;

    /// <summary>Makes a probe of every layer.</summary>
    /// <param name="options">The probe; its features column gives way to each of <paramref name="columns"/>.</param>
    /// <param name="columns">One features column a layer, in the layers' order, each different.</param>
    /// <param name="progress">Told after every step; its tokens are rows.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    /// <exception cref="ArgumentException">Options are out of range, or columns are missing or doubled.</exception>
    public PerLayerProbe(
        ProbeOptions options, IReadOnlyList<string> columns, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (columns.Count == 0 || columns.Distinct().Count() < columns.Count)
            throw new ArgumentException(
                $"PerLayerProbe got the columns {string.Join(", ", columns)}; expected one or more, each different.");
        (_columns, _cancellation) = (columns, cancellationToken);
        _set = new ProbeSet(columns.Select(column => options with { FeaturesColumn = column }), progress, cancellationToken);
    }

    /// <summary>Trains and evaluates.</summary>
    /// <param name="train">The rows to learn from.</param>
    /// <param name="validation">The rows to choose the best weights by, or null.</param>
    /// <param name="test">The rows to evaluate on.</param>
    /// <param name="groupColumn">Which test rows belong together; null: every row stands alone.</param>
    /// <returns>The layers in order, and every test row's outcome.</returns>
    /// <inheritdoc cref="ProbeSet.Fit" path="/exception"/>
    public PerLayerResult Run(IDataView train, IDataView? validation, IDataView test, string? groupColumn = null)
    {
        var probes = _set.Fit(train, validation);
        var evaluation = ProbeEvaluation.Of(probes, test, groupColumn, _cancellation);
        return new([.. _columns.Select((column, i) => new LayerProbe(column, probes[i], evaluation.Probes[i]))], evaluation);
    }
}

/// <summary>What <see cref="PerLayerProbe"/> found.</summary>
/// <param name="Layers">One a layer, in order.</param>
/// <param name="Evaluation">Every test row's outcome; its probes are the layers.</param>
public sealed record PerLayerResult(IReadOnlyList<LayerProbe> Layers, ProbeEvaluation Evaluation);

/// <summary>The probe of one layer.</summary>
/// <param name="Column">The layer's features column.</param>
/// <param name="Probe">The probe.</param>
/// <param name="Metrics">How it does on the test rows.</param>
public sealed record LayerProbe(string Column, ProbeTransformer Probe, ProbeMetrics Metrics);
