namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>LoRA by rewards: the rate where one is needed, and the grid over which its stability is looked at.</summary>
public sealed record LoraByRewardsOptions
{
    /// <summary>The rate beside other arms.</summary>
    /// <value>0.002.</value>
    public double Rate { get; init; } = 2e-3;

    /// <summary>The grid, smallest first.</summary>
    /// <value>0.0002, 0.002, 0.01, 0.05: the ends of the paper's sweep and between.</value>
    public IReadOnlyList<double> Rates { get; init; } = [2e-4, 2e-3, 1e-2, 5e-2];

    /// <summary>Weights λ of the divergence from the base model.</summary>
    /// <value>0 and 0.1.</value>
    public IReadOnlyList<double> KlWeights { get; init; } = [0, 0.1];

    /// <summary>Seeds of a cell of the grid.</summary>
    /// <value>2.</value>
    public int Seeds { get; init; } = 2;
}
