using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// Which keys a query may look at, as additive values: 0 = allowed, −∞ = not. One mask serves all layers of a pass.
/// Query heads that share a key head are folded into the time axis, so rows run (time, group).
/// </summary>
/// <param name="Additive">(time · group, source), or with a leading batch · keyHeads; null = everything is allowed.</param>
/// <param name="PlainCausal">Whether the rule is exactly "keys up to the query", so that a fused kernel needs no tensor.</param>
internal sealed record AttentionMask(Tensor? Additive, bool PlainCausal)
{
    /// <summary>Every query may look at every key.</summary>
    internal static AttentionMask None { get; } = new(null, false);
}
