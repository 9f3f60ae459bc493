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

    /// <summary>The mask for a layer with fewer key heads than the widest has; all heads of a row share one rule.</summary>
    internal AttentionMask For(long batch, long keyHeads) => Additive is null || Additive.dim() == 2 || Additive.size(0) == batch * keyHeads
        ? this
        : this with
        {
            Additive = Additive.view(batch, -1, Additive.size(1), Additive.size(2)).narrow(1, 0, keyHeads)
                .reshape(batch * keyHeads, Additive.size(1), Additive.size(2)),
        };
}
