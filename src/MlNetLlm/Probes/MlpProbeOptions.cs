using Microsoft.ML.SearchSpace;

namespace MlNetLlm.Probes;

/// <summary>
/// Options of a probe with one or two hidden layers; each is <c>norm(relu(W x + b))</c>, in this order, as in the released code of Jin and
/// Rinard (2024). What it reads may be computed by the probe itself: report it beside the linear probe and a control task.
/// </summary>
public sealed record MlpProbeOptions : ProbeOptions
{
    /// <inheritdoc/>
    /// <value>0.02, as shipped.</value>
    [Range(1e-4, 1e-1, 2e-2, logBase: true)]
    public override double LearningRate { get; init; } = 2e-2;

    /// <inheritdoc/>
    /// <value>0.2, as shipped.</value>
    [Range(1e-4, 1.0, 0.2, logBase: true)]
    public override double WeightDecay { get; init; } = 0.2;

    /// <summary>Hidden layers; 1 or 2.</summary>
    /// <value>1.</value>
    [Choice(new object[] { 1, 2 }, 1)]
    public int HiddenLayers { get; init; } = 1;

    /// <summary>Units of the first hidden layer; 1 or more.</summary>
    /// <value>256.</value>
    public int FirstUnits { get; init; } = 256;

    /// <summary>Units of the second hidden layer, where there is one; 1 or more.</summary>
    /// <value>1024.</value>
    public int SecondUnits { get; init; } = 1024;

    /// <summary>What follows the ReLU of a hidden layer.</summary>
    /// <value>Batch, as shipped.</value>
    public ProbeNormalization Normalization { get; init; } = ProbeNormalization.Batch;

    internal override IReadOnlyList<int> HiddenUnits => HiddenLayers == 1 ? [FirstUnits] : [FirstUnits, SecondUnits];

    internal override ProbeNormalization HiddenNormalization => Normalization;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        if (HiddenLayers is not 1 and not 2) yield return $"HiddenLayers is {HiddenLayers}; expected 1 or 2.";
        if (FirstUnits < 1) yield return $"FirstUnits is {FirstUnits}; expected 1 or more.";
        if (SecondUnits < 1) yield return $"SecondUnits is {SecondUnits}; expected 1 or more.";
        if (Normalization == ProbeNormalization.Batch && BatchSize < 2)
            yield return $"BatchSize is {BatchSize}; batch normalisation needs 2 or more.";
        foreach (var fault in Unknown(Normalization)) yield return fault;
    }
}
