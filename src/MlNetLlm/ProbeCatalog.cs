using Microsoft.ML;
using MlNetLlm.Probes;
using MlNetLlm.Training;

namespace MlNetLlm;

/// <summary>
/// Creates probes: small classifiers that show what features, such as a language model's hidden states, hold about a label.
/// </summary>
/// <remarks>Remarks name the columns that a step reads and adds by their usual names; options have others.</remarks>
public sealed class ProbeCatalog
{
    internal ProbeCatalog()
    {
    }

    /// <summary>A linear probe, trained as the released code of Jin and Rinard (2024) does.</summary>
    /// <remarks>
    /// Reads Features (vector of Single of known size) and, to fit, Label (key of two or more values). Adds Score (vector of Single, a
    /// probability a class, slots named as the label's values) and PredictedLabel (key with the label's values), which
    /// MulticlassClassification.Evaluate reads.
    /// </remarks>
    /// <example>
    /// <code>
    /// var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Direction")
    ///     .Append(ml.LanguageModels().HiddenStates(model, layer: 3))
    ///     .Append(ml.Probes().Linear());
    /// MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(pipeline.Fit(train).Transform(test));
    /// </code>
    /// </example>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step; its tokens are rows.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    public ProbeEstimator Linear(
        LinearProbeOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(options ?? new LinearProbeOptions(), progress, cancellationToken);

    /// <summary>A probe with one or two hidden layers, trained as the released code of Jin and Rinard (2024) does.</summary>
    /// <remarks>
    /// Reads Features (vector of Single of known size) and, to fit, Label (key of two or more values). Adds Score (vector of Single, a
    /// probability a class, slots named as the label's values) and PredictedLabel (key with the label's values), which
    /// MulticlassClassification.Evaluate reads.
    /// Used like <see cref="Linear"/>.
    /// </remarks>
    /// <inheritdoc cref="Linear"/>
    public ProbeEstimator Mlp(
        MlpProbeOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(options ?? new MlpProbeOptions(), progress, cancellationToken);

    /// <summary>Probes that are trained together in one pass over the rows.</summary>
    /// <remarks>
    /// Reads the features (vectors of Single) and labels (keys) that its probes name. Gives a transformer a probe; each adds its Score and
    /// PredictedLabel, as <see cref="Linear"/> does.
    /// </remarks>
    /// <example>
    /// <code>
    /// var probes = Enumerable.Range(0, 5).Select(seed => new LinearProbeOptions { Seed = seed });
    /// ProbeEvaluation evaluated = ml.Probes().Evaluate(ml.Probes().Set(probes).Fit(train, null), test);
    /// </code>
    /// </example>
    /// <param name="probes">Their options; see <see cref="ProbeSet"/> for what they must share.</param>
    /// <param name="progress">Told after every step; its tokens are rows.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    public ProbeSet Set(
        IEnumerable<ProbeOptions> probes, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new(probes, progress, cancellationToken);

    /// <summary>Evaluates probes on the same test rows, read once, with every row's outcome.</summary>
    /// <remarks>Reads the features and labels of the probes, and the group column. See <see cref="Set"/> for an example.</remarks>
    /// <param name="probes">The probes; each finds its own columns in the rows.</param>
    /// <param name="test">The test rows.</param>
    /// <param name="groupColumn">
    /// The column that says which rows belong together, such as a program (text, a whole number or a key); null: every row stands alone.
    /// </param>
    /// <param name="cancellationToken">Stops within some rows.</param>
    /// <exception cref="ArgumentException">A column is missing or does not fit a probe.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite.</exception>
    public ProbeEvaluation Evaluate(
        IReadOnlyList<ProbeTransformer> probes, IDataView test, string? groupColumn = null,
        CancellationToken cancellationToken = default) => ProbeEvaluation.Of(probes, test, groupColumn, cancellationToken);

    /// <summary>Where in a model a label can be read: one probe a layer, trained in one pass over the rows.</summary>
    /// <remarks>
    /// Reads the columns given (vectors of Single) and Label (key of two or more values). Adds nothing to the rows: gives every layer's
    /// probe and how good it is.
    /// </remarks>
    /// <example>
    /// <code>
    /// var states = ml.LanguageModels().HiddenStates(model, new HiddenStatesOptions { Layer = 1, OutputColumn = "First" })
    ///     .Append(ml.LanguageModels().HiddenStates(model, new HiddenStatesOptions { Layer = 3, OutputColumn = "Third" })).Fit(train);
    /// PerLayerResult found = ml.Probes().PerLayer(new LinearProbeOptions(), ["First", "Third"])
    ///     .Run(states.Transform(train), null, states.Transform(test));
    /// </code>
    /// </example>
    /// <param name="options">The probe; its features column gives way to each of the columns.</param>
    /// <param name="columns">One features column a layer.</param>
    /// <param name="progress">Told after every step; its tokens are rows.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    public PerLayerProbe PerLayer(
        ProbeOptions options, IReadOnlyList<string> columns, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) => new(options, columns, progress, cancellationToken);

    /// <summary>
    /// The labels of a control task (Hewitt and Liang 2019), or with no kind column shuffled labels, as a column to train probes on.
    /// </summary>
    /// <remarks>
    /// Reads Label (key) and the kind column (text, whole number or key). Adds Control (key with the label's values). A pipeline with this
    /// step is not saved by Model.Save: save the probe, and make the labels again from the same options.
    /// </remarks>
    /// <example>
    /// <code>
    /// var control = ml.Probes().ControlLabels(new ControlLabelOptions { KindColumn = "Word" })
    ///     .Append(ml.Probes().Linear(new LinearProbeOptions { LabelColumn = "Control" }));
    /// </code>
    /// </example>
    /// <param name="options">Options; null = the defaults.</param>
    public ControlLabelEstimator ControlLabels(ControlLabelOptions? options = null) => new(options ?? new ControlLabelOptions());

    /// <inheritdoc cref="Probes.DescriptionLength.Measure"/>
    /// <summary>
    /// The minimum description length of labels given features, by the online code with these probes (Voita and Titov 2020).
    /// </summary>
    /// <remarks>Reads the features (vectors of Single) and labels (keys) that the probes name; adds nothing.</remarks>
    public IReadOnlyList<DescriptionLength> DescriptionLength(
        IEnumerable<ProbeOptions> probes, IDataView data, IDataView? validation = null, IReadOnlyList<double>? percents = null,
        CancellationToken cancellationToken = default) =>
        Probes.DescriptionLength.Measure(ProbeSet.Checked(probes), data, validation, percents, cancellationToken);
}
