using Microsoft.ML.SearchSpace;
using MlNetLlm.Adapters;
using MlNetLlm.Reinforcement;

namespace MlNetLlm.Lora;

/// <summary>Options of training a LoRA adapter by reinforcement, the baseline of Transformer²'s Table 4 (sweep: 0.0002 to 0.05).</summary>
public sealed record TrainLoraExpertOptions : ReinforceOptions, ILoraSettings
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.001.</value>
    [Range(1e-5, 1e-1, 1e-3, logBase: true)]
    public override double LearningRate { get; init; } = 1e-3;

    /// <inheritdoc/>
    /// <value>Attention (query and value), as in the paper.</value>
    [Choice(ModuleSet.Attention, ModuleSet.Mlp, ModuleSet.All)]
    public override ModuleSet Modules { get; init; } = ModuleSet.Attention;

    /// <inheritdoc cref="LoraOptions.Rank"/>
    [Range(1, 64, 16, logBase: true)]
    public int Rank { get; init; } = 16;

    /// <inheritdoc cref="LoraOptions.Alpha"/>
    public double Alpha { get; init; } = 32;

    /// <summary>
    /// Share of the adapter's input values set to zero in training, from 0 to below 1. Answers are always written without it, so that above
    /// 0 the log-probabilities are not quite those of the policy that wrote them.
    /// </summary>
    /// <value>0.</value>
    public double Dropout { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        foreach (var fault in ILoraSettings.Faults(this)) yield return fault;
    }
}
