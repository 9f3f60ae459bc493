using MlNetLlm.Adapters;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>What an arm of the miniature trains.</summary>
internal enum ArmMethod
{
    /// <summary>SVF by rewards.</summary>
    SvfReinforce,

    /// <summary>LoRA by rewards.</summary>
    LoraReinforce,

    /// <summary>SVF by written answers.</summary>
    SvfNextToken,

    /// <summary>LoRA by written answers.</summary>
    LoraNextToken,
}

/// <summary>One training run: what, on which task, from how many prompts, with which seed.</summary>
/// <param name="Method">What trains, by which objective.</param>
/// <param name="Task">The task.</param>
/// <param name="Questions">Training prompts.</param>
/// <param name="Seed">Chooses the training prompts, their order and the start.</param>
internal sealed record ArmSpec(ArmMethod Method, string Task, int Questions, int Seed)
{
    /// <summary>The matrices.</summary>
    public ModuleSet Modules { get; init; } = Method is ArmMethod.SvfReinforce ? ModuleSet.Mlp : ModuleSet.Attention;

    /// <summary>The layers, as <see cref="LayerSelection"/> reads them.</summary>
    public string Layers { get; init; } = "all";

    /// <summary>Rank of LoRA.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>Whether written answers are terse: not the style the base model mostly answers in.</summary>
    public bool Terse { get; init; }

    /// <summary>The learning rate.</summary>
    public double Rate { get; init; }

    /// <summary>λ.</summary>
    public double KlWeight { get; init; }

    /// <summary>Temperature of rewarded answers; null = as the preset says.</summary>
    public double? Temperature { get; init; }

    /// <summary>Reward of a wrong answer; null = as the preset says.</summary>
    public double? RewardWrong { get; init; }

    /// <summary>Whether the weights of the best validation are kept; else those of the last step.</summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>Which base model: 1 or 2.</summary>
    public int Base { get; init; } = 1;

    /// <summary>Names the run's files; every property that differs from its default stands in it.</summary>
    public string Name => string.Join('.', Parts()).ToLowerInvariant();

    private IEnumerable<string> Parts()
    {
        yield return Method switch
        {
            ArmMethod.SvfReinforce => "svf-rl",
            ArmMethod.LoraReinforce => "lora-rl",
            ArmMethod.SvfNextToken => "svf-ntp",
            _ => "lora-ntp",
        };
        if (Method is ArmMethod.LoraReinforce or ArmMethod.LoraNextToken) yield return $"r{Rank}";
        yield return $"{Modules}";
        if (Layers != "all") yield return $"layers-{Layers.Replace(',', '-')}";
        yield return Task;
        yield return $"n{Questions}";
        if (Terse) yield return "terse";
        yield return FormattableString.Invariant($"rate{Rate:R}");
        if (KlWeight > 0) yield return FormattableString.Invariant($"kl{KlWeight:R}");
        if (Temperature is { } temperature) yield return FormattableString.Invariant($"t{temperature:R}");
        if (RewardWrong is { } wrong) yield return FormattableString.Invariant($"wrong{wrong:R}");
        if (!KeepBest) yield return "last";
        if (Base > 1) yield return $"base{Base}";
        yield return $"s{Seed}";
    }
}
