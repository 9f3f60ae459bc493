using Microsoft.ML.SearchSpace;
using MlNetLlm.Adapters;

namespace MlNetLlm.Svf;

/// <summary>Options of singular value fine-tuning with the next-token loss (Transformer², sections 3.1 and 4).</summary>
public sealed record SvfOptions : AdapterOptions, ISvfSettings
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.002, the paper's.</value>
    [Range(2e-4, 2e-1, 2e-3, logBase: true)]
    public override double LearningRate { get; init; } = 2e-3;

    /// <inheritdoc/>
    /// <value>Mlp, as in the released code.</value>
    [Choice(ModuleSet.Mlp, ModuleSet.Attention, ModuleSet.All)]
    public override ModuleSet Modules { get; init; } = ModuleSet.Mlp;

    /// <summary>How the trained vector becomes multipliers.</summary>
    /// <value>Bounded.</value>
    public SvfVariant Variant { get; init; } = SvfVariant.Bounded;

    /// <summary>M of the bounded variant, above 0.</summary>
    /// <value>1.</value>
    public double MaxMultiplier { get; init; } = 1;

    /// <summary>
    /// Where every p of the bounded variant starts. A constant cancels in the renormalisation, so the start is the base model.
    /// </summary>
    /// <value>0.1.</value>
    public double InitialLogit { get; init; } = 0.1;

    /// <summary>
    /// Standard deviation of the noise on the starting p, 0 or above. The released code uses 0.01, which perturbs the start by about half a
    /// percent a component; 0 starts at the base model exactly.
    /// </summary>
    /// <value>0.</value>
    public double InitialNoise { get; init; }

    /// <summary>How adapted matrices are applied during training.</summary>
    /// <value>Auto.</value>
    public SvfForward Forward { get; init; } = SvfForward.Auto;

    /// <summary>Folder that keeps the base model's decomposition, one file a fingerprint; null keeps it in memory only.</summary>
    /// <value>null.</value>
    public string? DecompositionCache { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        foreach (var fault in ISvfSettings.Faults(this)) yield return fault;
    }
}
