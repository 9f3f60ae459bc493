using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>
/// softmax(q kᵀ / √d) v under the plain causal mask or none; never holds all weights. See <see cref="AttentionKernel"/>.
/// </summary>
internal static class FusedAttention
{
    /// <summary>Whether <see cref="Of"/> computes this attention.</summary>
    internal static bool Covers(Tensor query, Tensor key, Tensor value, AttentionMask mask, double dropout) =>
        (mask.PlainCausal || mask.Additive is null) && dropout == 0 && query.size(1) == key.size(1)
        && FusedSteps.Apply(query) && FusedSteps.Apply(key) && FusedSteps.Apply(value);

    /// <summary>q (batch, time, heads, d), k and v (batch, time, keyHeads, d) to (batch, time, heads · d).</summary>
    /// <param name="query">q.</param>
    /// <param name="key">k.</param>
    /// <param name="value">v.</param>
    /// <param name="causal">Whether a query sees the keys up to its own place only.</param>
    /// <param name="ownToken">Whether gradients go to a token's own key and value only; with a causal mask.</param>
    internal static Tensor Of(Tensor query, Tensor key, Tensor value, bool causal, bool ownToken = false)
    {
        if (FusedSteps.NeedGradient(query, key, value))
            return ownToken ? OwnTokenFunction.apply(query, key, value)
                : causal ? CausalFunction.apply(query, key, value) : WholeFunction.apply(query, key, value);
        using var scope = NewDisposeScope();
        return AttentionFunction.Forward(query, key, value, causal).Mixed.MoveToOuterDisposeScope();
    }

    private sealed class CausalFunction() : AttentionFunction<CausalFunction>(causal: true);

    private sealed class OwnTokenFunction() : AttentionFunction<OwnTokenFunction>(causal: true, ownToken: true);

    private sealed class WholeFunction() : AttentionFunction<WholeFunction>(causal: false);
}
