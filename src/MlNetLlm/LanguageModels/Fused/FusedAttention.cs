using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>
/// softmax(q kᵀ / √d) v under the plain causal mask or none; never holds all weights. See <see cref="AttentionKernel"/>.
/// </summary>
internal static class FusedAttention
{
    /// <summary>Whether <see cref="Of"/> computes this attention.</summary>
    internal static bool Covers(Tensor query, Tensor key, Tensor value, AttentionMask mask, double dropout) =>
        (mask.PlainCausal || mask.Additive is null) && dropout == 0 && query.size(1) == key.size(1) && InPlace(query, key, value);

    /// <summary>Whether <see cref="OfInserted"/> computes this attention.</summary>
    internal static bool CoversInserted(Tensor query, Tensor key, Tensor value, AttentionMask mask, double dropout) =>
        mask.PlainCausal && dropout == 0 && 2 * query.size(1) == key.size(1) && InPlace(query, key, value);

    private static bool InPlace(Tensor query, Tensor key, Tensor value) =>
        FusedSteps.Apply(query) && FusedSteps.Apply(key) && FusedSteps.Apply(value);

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

    /// <summary>Of every second place of a causal sequence: q (batch, time, heads, d), k and v (batch, 2 time, keyHeads, d).</summary>
    internal static Tensor OfInserted(Tensor query, Tensor key, Tensor value)
    {
        if (FusedSteps.NeedGradient(query, key, value))
            return InsertedFunction.apply(query, key, value);
        using var scope = NewDisposeScope();
        return AttentionFunction.Forward(query, key, value, causal: true, stride: 2).Mixed.MoveToOuterDisposeScope();
    }

    private sealed class InsertedFunction() : AttentionFunction<InsertedFunction>(causal: true, stride: 2);

    private sealed class CausalFunction() : AttentionFunction<CausalFunction>(causal: true);

    private sealed class OwnTokenFunction() : AttentionFunction<OwnTokenFunction>(causal: true, ownToken: true);

    private sealed class WholeFunction() : AttentionFunction<WholeFunction>(causal: false);
}
