using Microsoft.ML.SearchSpace;
using MlNetLlm.Adapters;
using MlNetLlm.Reinforcement;

namespace MlNetLlm.Svf;

/// <summary>Options of training an SVF expert by reinforcement (Transformer², sections 3.1 and 3.2, Table 6).</summary>
public sealed record TrainSvfExpertOptions : ReinforceOptions, ISvfSettings
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.002, the paper's.</value>
    [Range(2e-4, 2e-1, 2e-3, logBase: true)]
    public override double LearningRate { get; init; } = 2e-3;

    /// <inheritdoc/>
    /// <value>Mlp, as in the released code.</value>
    [Choice(ModuleSet.Mlp, ModuleSet.Attention, ModuleSet.All)]
    public override ModuleSet Modules { get; init; } = ModuleSet.Mlp;

    /// <inheritdoc cref="SvfOptions.Variant"/>
    public SvfVariant Variant { get; init; } = SvfVariant.Bounded;

    /// <inheritdoc cref="SvfOptions.MaxMultiplier"/>
    public double MaxMultiplier { get; init; } = 1;

    /// <inheritdoc cref="SvfOptions.InitialLogit"/>
    public double InitialLogit { get; init; } = 0.1;

    /// <inheritdoc cref="SvfOptions.InitialNoise"/>
    public double InitialNoise { get; init; }

    /// <inheritdoc cref="SvfOptions.Forward"/>
    public SvfForward Forward { get; init; } = SvfForward.Auto;

    /// <inheritdoc cref="SvfOptions.DecompositionCache"/>
    public string? DecompositionCache { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        foreach (var fault in ISvfSettings.Faults(this)) yield return fault;
    }
}
