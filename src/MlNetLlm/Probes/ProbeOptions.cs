using MlNetLlm.LanguageModels;

namespace MlNetLlm.Probes;

/// <summary>
/// What linear and multi-layer probes share: columns, training, selection. One flat record serves code, JSON preset, command line and
/// sweep. The defaults are the training that Jin and Rinard's released code ships (2024; sizes and schedule as released, not as printed).
/// </summary>
/// <remarks>
/// One departure, on purpose: the released code keeps the evaluation that is best on the TEST rows. Here the best is chosen on validation
/// rows given to <see cref="ProbeEstimator.Fit(Microsoft.ML.IDataView, Microsoft.ML.IDataView)"/>, or not at all.
/// </remarks>
public abstract record ProbeOptions : ICheckedOptions
{
    /// <summary>The column with the features: a vector of Single of known size.</summary>
    /// <value>"Features".</value>
    public string FeaturesColumn { get; init; } = "Features";

    /// <summary>The key column with the label. Rows whose label is missing teach nothing.</summary>
    /// <value>"Label".</value>
    public string LabelColumn { get; init; } = "Label";

    /// <summary>The column to add with the classes' probabilities, in the order of the label's values.</summary>
    /// <value>"Score", what ML.NET's Evaluate reads.</value>
    public string ScoreColumn { get; init; } = "Score";

    /// <summary>The column to add with the most probable class, a key with the label's values.</summary>
    /// <value>"PredictedLabel".</value>
    public string PredictedLabelColumn { get; init; } = "PredictedLabel";

    /// <summary>AdamW's step size before the schedule; above 0.</summary>
    public abstract double LearningRate { get; init; }

    /// <summary>AdamW's decoupled weight decay, on all but biases; 0 or more.</summary>
    public abstract double WeightDecay { get; init; }

    /// <summary>How the learning rate falls.</summary>
    /// <value>Stages, as shipped.</value>
    public ProbeSchedule Schedule { get; init; } = ProbeSchedule.Stages;

    /// <summary>Rows a step; 1 or more. Data with fewer rows gives all of them to every step.</summary>
    /// <value>1024.</value>
    public int BatchSize { get; init; } = 1024;

    /// <summary>Trains on this many rows at most, repeats counted; 0 leaves the probe as it is drawn.</summary>
    /// <value>10,000,000.</value>
    public long MaxExamples { get; init; } = 10_000_000;

    /// <summary>Sees every row this many times at most; 1 or more.</summary>
    /// <value>200.</value>
    public int MaxEpochs { get; init; } = 200;

    /// <summary>How often the probe is evaluated on validation rows, evenly over the training; 1 or more.</summary>
    /// <value>20.</value>
    public int Evaluations { get; init; } = 20;

    /// <summary>
    /// Stops after this many evaluations in a row without a better one; 0 trains to the end. Without validation rows it has no effect.
    /// </summary>
    /// <value>0.</value>
    public int Patience { get; init; }

    /// <summary>What makes an evaluation on validation rows the best; its weights are kept.</summary>
    /// <value>Accuracy.</value>
    public ProbeSelection BestBy { get; init; } = ProbeSelection.Accuracy;

    /// <summary>How the classes' rows count in the loss.</summary>
    /// <value>Equal.</value>
    public ClassWeighting ClassWeighting { get; init; } = ClassWeighting.Equal;

    /// <summary>With <see cref="ClassWeighting.Given"/>: a weight above 0 for every value of the label, in their order.</summary>
    /// <value>None.</value>
    public IReadOnlyList<double> ClassWeights { get; init; } = [];

    /// <summary>The rows whose mean and deviation standardise the features, in every split. Test rows never do.</summary>
    /// <value>Train. (The released code: its validation rows.)</value>
    public ProbeStandardization Standardization { get; init; } = ProbeStandardization.Train;

    /// <summary>The seed of the initial weights.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>The seed of the order of the rows. Probes that share a pass share it.</summary>
    /// <value>1.</value>
    public int OrderSeed { get; init; } = 1;

    /// <summary>
    /// Rows that are shuffled together; 32 or more. Data with more rows is shuffled in runs of 32, and their rows within windows of this
    /// size.
    /// </summary>
    /// <value>32768.</value>
    public int ShuffleRows { get; init; } = 32_768;

    /// <summary>
    /// Features that are kept in memory at most, in MiB; more go to a temporary file. The result is the same, bit for bit.
    /// </summary>
    /// <value>256.</value>
    public int CacheMebibytes { get; init; } = 256;

    /// <summary>Where to compute: "cpu", "cuda" or "cuda:0".</summary>
    /// <value>"cpu".</value>
    public string Device { get; init; } = "cpu";

    /// <summary>Units of the hidden layers, from the features on; none for a linear probe.</summary>
    internal abstract IReadOnlyList<int> HiddenUnits { get; }

    /// <summary>What follows the ReLU of a hidden layer.</summary>
    internal abstract ProbeNormalization HiddenNormalization { get; }

    /// <inheritdoc/>
    public virtual IEnumerable<string> Faults()
    {
        foreach (var (name, column) in Names())
            if (string.IsNullOrWhiteSpace(column)) yield return $"{name} is empty; expected a column's name.";
        if (ScoreColumn == PredictedLabelColumn)
            yield return $"ScoreColumn and PredictedLabelColumn are both '{ScoreColumn}'; expected two columns.";
        if (!(LearningRate > 0 && double.IsFinite(LearningRate))) yield return $"LearningRate is {LearningRate}; expected above 0.";
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) yield return $"WeightDecay is {WeightDecay}; expected 0 or more.";
        if (BatchSize < 1) yield return $"BatchSize is {BatchSize}; expected 1 or more.";
        if (MaxExamples < 0) yield return $"MaxExamples is {MaxExamples}; expected 0 or more.";
        if (MaxEpochs < 1) yield return $"MaxEpochs is {MaxEpochs}; expected 1 or more.";
        if (Evaluations < 1) yield return $"Evaluations is {Evaluations}; expected 1 or more.";
        if (Patience < 0) yield return $"Patience is {Patience}; expected 0 or more.";
        if (ClassWeights.Any(weight => !(weight > 0 && double.IsFinite(weight))))
            yield return $"ClassWeights are {string.Join(", ", ClassWeights)}; expected numbers above 0.";
        if (ClassWeights.Count > 0 != (ClassWeighting == ClassWeighting.Given))
            yield return $"ClassWeighting is {ClassWeighting} and ClassWeights has {ClassWeights.Count} weights; "
                + "set Given and the weights, or neither.";
        if (ShuffleRows < RowOrder.Run) yield return $"ShuffleRows is {ShuffleRows}; expected {RowOrder.Run} or more.";
        if (CacheMebibytes < 0) yield return $"CacheMebibytes is {CacheMebibytes}; expected 0 or more.";
        if (DeviceNames.Fault(Device) is { } device) yield return device;
        foreach (var fault in Unknown(Schedule).Concat(Unknown(BestBy)).Concat(Unknown(ClassWeighting)).Concat(Unknown(Standardization)))
            yield return fault;
    }

    internal static IEnumerable<string> Unknown<TEnum>(TEnum value) where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value)) yield return $"{typeof(TEnum).Name} is {value}; expected {string.Join(", ", Enum.GetNames<TEnum>())}.";
    }

    private IEnumerable<(string Name, string Column)> Names() =>
    [
        (nameof(FeaturesColumn), FeaturesColumn), (nameof(LabelColumn), LabelColumn), (nameof(ScoreColumn), ScoreColumn),
        (nameof(PredictedLabelColumn), PredictedLabelColumn),
    ];
}
