using Microsoft.ML.SearchSpace;

namespace MlNetLlm.Probes;

/// <summary>
/// Options of a linear probe: multinomial logistic regression, <c>softmax(W x + b)</c>. What it reads stands in the features as a
/// direction.
/// </summary>
public sealed record LinearProbeOptions : ProbeOptions
{
    /// <inheritdoc/>
    /// <value>0.02, as shipped.</value>
    [Range(1e-4, 1e-1, 2e-2, logBase: true)]
    public override double LearningRate { get; init; } = 2e-2;

    /// <inheritdoc/>
    /// <value>0.2, as shipped.</value>
    [Range(1e-4, 1.0, 0.2, logBase: true)]
    public override double WeightDecay { get; init; } = 0.2;

    internal override IReadOnlyList<int> HiddenUnits => [];

    internal override ProbeNormalization HiddenNormalization => ProbeNormalization.None;
}
