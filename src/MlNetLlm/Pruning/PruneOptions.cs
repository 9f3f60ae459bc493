using Microsoft.ML.SearchSpace;
using MlNetLlm.Adapters;
using MlNetLlm.Communities;
using MlNetLlm.Importance;

namespace MlNetLlm.Pruning;

/// <summary>Options of structured pruning.</summary>
public sealed record PruneOptions : CalibrationOptions
{
    /// <summary>Rows that importance is computed on, of each data set.</summary>
    /// <value>10, as in the published runs at most.</value>
    public override int RowsPerDataSet { get; init; } = 10;

    /// <summary>What is taken away.</summary>
    /// <value><see cref="PruneScheme.Block"/>.</value>
    public PruneScheme Scheme { get; init; }

    /// <summary>Among what the least important parts are looked for; pruning by channels knows one group only.</summary>
    /// <value><see cref="PruneSelection.Local"/>.</value>
    public PruneSelection Selection { get; init; }

    /// <summary>
    /// Share to take away, at least 0 and below 1: of each layer's channels (Local; heads go as wholes, so perhaps none does), of all
    /// weights that may be pruned (Global), or of the residual stream's components (Channel).
    /// </summary>
    /// <value>0.2.</value>
    [Range(0.05, 0.5, 0.2)]
    public double Ratio { get; init; } = 0.2;

    /// <summary>How important a weight is, by its gradient summed over the rows.</summary>
    /// <value><see cref="TaylorForm.First"/>.</value>
    public TaylorForm Form { get; init; }

    /// <summary>Layers that pruning by blocks may touch: all, first-half, second-half or a list such as 2,3,4.</summary>
    /// <value>"all".</value>
    public string PrunedLayers { get; init; } = "all";

    /// <summary>
    /// Whether norms are scaled so that a model pruned by channels computes what the whole model would with the missing channels at 0. The
    /// published code does not: its norms average over fewer channels. RMSNorm only.
    /// </summary>
    /// <value>false.</value>
    public bool RescaleNorms { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        if (!Enum.IsDefined(Scheme)) yield return $"Scheme is {Scheme}; expected {string.Join(", ", Enum.GetNames<PruneScheme>())}.";
        if (!Enum.IsDefined(Selection))
            yield return $"Selection is {Selection}; expected {string.Join(", ", Enum.GetNames<PruneSelection>())}.";
        if (!Enum.IsDefined(Form)) yield return $"Form is {Form}; expected {string.Join(", ", Enum.GetNames<TaylorForm>())}.";
        if (!(Ratio is >= 0 and < 1)) yield return $"Ratio is {Ratio}; expected at least 0 and below 1.";
        if (LayerSelection.Fault(PrunedLayers) is { } layers) yield return $"PrunedLayers: {layers}";
        if (Scheme == PruneScheme.Channel && PrunedLayers != "all")
            yield return $"PrunedLayers is '{PrunedLayers}' and Scheme is Channel; expected 'all': the residual stream passes every layer.";
        if (RescaleNorms && Scheme != PruneScheme.Channel)
            yield return "RescaleNorms is true and Scheme is Block; only pruning by channels touches norms.";
    }
}
