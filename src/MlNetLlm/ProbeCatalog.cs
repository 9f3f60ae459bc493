using Microsoft.ML;
using MlNetLlm.Probes;
using MlNetLlm.Training;

namespace MlNetLlm;

/// <summary>
/// Creates probes: small classifiers that show what features, such as a language model's hidden states, hold about a label.
/// </summary>
public sealed class ProbeCatalog
{
    internal ProbeCatalog()
    {
    }

    /// <summary>A linear probe: Features and Label make Score and PredictedLabel.</summary>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step; its tokens are rows.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    public ProbeEstimator Linear(
        LinearProbeOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(options ?? new LinearProbeOptions(), progress, cancellationToken);

    /// <summary>A probe with one or two hidden layers.</summary>
    /// <inheritdoc cref="Linear"/>
    public ProbeEstimator Mlp(
        MlpProbeOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(options ?? new MlpProbeOptions(), progress, cancellationToken);

    /// <summary>Probes that are trained together in one pass over the rows.</summary>
    /// <param name="probes">Their options; see <see cref="ProbeSet"/> for what they must share.</param>
    /// <param name="progress">Told after every step; its tokens are rows.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    public ProbeSet Set(
        IEnumerable<ProbeOptions> probes, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(probes, progress, cancellationToken);

    /// <summary>Evaluates probes on the same test rows, read once, with every row's outcome.</summary>
    /// <param name="probes">The probes; each finds its own columns in the rows.</param>
    /// <param name="test">The test rows.</param>
    /// <param name="groupColumn">
    /// The column that says which rows belong together, such as a program (text, a whole number or a key); null: every row stands alone.
    /// </param>
    /// <exception cref="ArgumentException">A column is missing or does not fit a probe.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite.</exception>
    public ProbeEvaluation Evaluate(IReadOnlyList<ProbeTransformer> probes, IDataView test, string? groupColumn = null) =>
        ProbeEvaluation.Of(probes, test, groupColumn);

    /// <summary>Where in a model a label can be read: one probe a layer, trained in one pass over the rows.</summary>
    /// <param name="options">The probe; its features column gives way to each of the columns.</param>
    /// <param name="columns">One features column a layer.</param>
    /// <param name="progress">Told after every step; its tokens are rows.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    public PerLayerProbe PerLayer(
        ProbeOptions options, IReadOnlyList<string> columns, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) => new(options, columns, progress, cancellationToken);

    /// <summary>The labels of a control task, or with no kind column shuffled labels, as a column to train probes on.</summary>
    /// <param name="options">Options; null = the defaults.</param>
    public ControlLabelEstimator ControlLabels(ControlLabelOptions? options = null) => new(options ?? new ControlLabelOptions());

    /// <inheritdoc cref="Probes.DescriptionLength.Measure"/>
    /// <summary>The minimum description length of labels given features, by the online code with these probes.</summary>
    public IReadOnlyList<DescriptionLength> DescriptionLength(
        IEnumerable<ProbeOptions> probes, IDataView data, IDataView? validation = null, IReadOnlyList<double>? percents = null,
        CancellationToken cancellationToken = default) =>
        Probes.DescriptionLength.Measure(ProbeSet.Checked(probes), data, validation, percents, cancellationToken);
}
