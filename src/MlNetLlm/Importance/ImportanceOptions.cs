using MlNetLlm.Adapters;
using MlNetLlm.Communities;
using MlNetLlm.Modules;
using MlNetLlm.Pruning;

namespace MlNetLlm.Importance;

/// <summary>Options of the measurement of how important each module is for each data set.</summary>
public sealed record ImportanceOptions : CalibrationOptions
{
    /// <summary>The text column with the name of the data set that a row belongs to.</summary>
    /// <value>"DataSet".</value>
    public override string? DataSetColumn { get; init; } = "DataSet";

    /// <summary>How importance is measured.</summary>
    /// <value><see cref="ImportanceScore.Taylor"/>.</value>
    public ImportanceScore Score { get; init; }

    /// <summary>Which parts of the model are modules. Retention needs units: pruning treats the matrices of a unit alike.</summary>
    /// <value>Matrices.</value>
    public ModuleGranularity Granularity { get; init; }

    /// <summary>Into how many groups the hidden units of a layer are split; Units only.</summary>
    /// <value>4.</value>
    public int ChannelGroups { get; init; } = ModelModules.UsualChannelGroups;

    /// <summary>The Taylor expansion; not read by MeanAblation.</summary>
    /// <value><see cref="TaylorForm.First"/>.</value>
    public TaylorForm Form { get; init; }

    /// <summary>
    /// Whether absolute values are taken before or after gradients are summed over examples; read by Taylor with a first-order form. The
    /// second order has a mean of squares of its own, and Mixed takes it together with the mean gradient. Pruning always sums.
    /// </summary>
    /// <value><see cref="GradientSum.PerExample"/>.</value>
    public GradientSum Gradients { get; init; }

    /// <summary>What is pruned; PrunedAccuracy only.</summary>
    /// <value><see cref="PruneScheme.Block"/>.</value>
    public PruneScheme Scheme { get; init; }

    /// <summary>Share that is pruned; at least 0 and below 1. Retention and PrunedAccuracy only.</summary>
    /// <value>0.2.</value>
    public double Ratio { get; init; } = 0.2;

    /// <summary>
    /// Layers whose modules are measured, and which pruning by blocks may touch: all, first-half, second-half or a list such as 2,3,4.
    /// </summary>
    /// <value>"all".</value>
    public string Layers { get; init; } = "all";

    /// <summary>
    /// Rows of each data set, following those of the calibration, on which accuracy is measured; 1 or more. PrunedAccuracy only, which
    /// needs rows with continuations.
    /// </summary>
    /// <value>50.</value>
    public int EvaluationRows { get; init; } = 50;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        if (DataSetColumn is null) yield return "DataSetColumn is null; expected a column's name.";
        if (!Enum.IsDefined(Score)) yield return $"Score is {Score}; expected {string.Join(", ", Enum.GetNames<ImportanceScore>())}.";
        if (!Enum.IsDefined(Granularity))
            yield return $"Granularity is {Granularity}; expected {string.Join(", ", Enum.GetNames<ModuleGranularity>())}.";
        if (!Enum.IsDefined(Form)) yield return $"Form is {Form}; expected {string.Join(", ", Enum.GetNames<TaylorForm>())}.";
        if (!Enum.IsDefined(Gradients))
            yield return $"Gradients is {Gradients}; expected {string.Join(", ", Enum.GetNames<GradientSum>())}.";
        if (!Enum.IsDefined(Scheme)) yield return $"Scheme is {Scheme}; expected {string.Join(", ", Enum.GetNames<PruneScheme>())}.";
        if (ChannelGroups < 1) yield return $"ChannelGroups is {ChannelGroups}; expected 1 or more.";
        if (!(Ratio is >= 0 and < 1)) yield return $"Ratio is {Ratio}; expected at least 0 and below 1.";
        if (EvaluationRows < 1) yield return $"EvaluationRows is {EvaluationRows}; expected 1 or more.";
        if (LayerSelection.Fault(Layers) is { } layers) yield return layers;
        if (Score == ImportanceScore.Retention && Granularity != ModuleGranularity.Units)
            yield return "Score is Retention and Granularity is Matrices; expected Units: pruning treats the matrices of a unit alike.";
        if (Score == ImportanceScore.PrunedAccuracy && (Granularity != ModuleGranularity.Matrices || AnswerColumn is not null))
            yield return "Score is PrunedAccuracy; expected Granularity Matrices, and rows with continuations instead of AnswerColumn.";
        if (Score == ImportanceScore.PrunedAccuracy && RowsPerDataSet == 0)
            yield return "Score is PrunedAccuracy and RowsPerDataSet is 0; set it, so that rows are left to measure accuracy on.";
    }
}
