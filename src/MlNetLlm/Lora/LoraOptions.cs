using Microsoft.ML.SearchSpace;
using MlNetLlm.Adapters;

namespace MlNetLlm.Lora;

/// <summary>Options of low-rank adaptation, W' = W + (α / r) B A (Hu et al., LoRA, ICLR 2022, section 4.1).</summary>
public sealed record LoraOptions : AdapterOptions, ILoraSettings
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.001.</value>
    [Range(1e-5, 1e-1, 1e-3, logBase: true)]
    public override double LearningRate { get; init; } = 1e-3;

    /// <inheritdoc/>
    /// <value>Attention (query and value), as in the paper and in Transformer²'s baseline.</value>
    [Choice(ModuleSet.Attention, ModuleSet.Mlp, ModuleSet.All)]
    public override ModuleSet Modules { get; init; } = ModuleSet.Attention;

    /// <summary>r, the rank of the update, at least 1.</summary>
    /// <value>16.</value>
    [Range(1, 64, 16, logBase: true)]
    public int Rank { get; init; } = 16;

    /// <summary>α; the update is scaled by α / r. Above 0.</summary>
    /// <value>32.</value>
    public double Alpha { get; init; } = 32;

    /// <summary>Share of the adapter's input values set to zero in training, from 0 to below 1.</summary>
    /// <value>0.05.</value>
    public double Dropout { get; init; } = 0.05;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        foreach (var fault in ILoraSettings.Faults(this)) yield return fault;
    }
}
