using MlNetLlm.LanguageModels.Fused;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.LanguageModels;

/// <summary>Scaled dot-product attention with shared key heads (Vaswani et al. 2017; Ainslie et al. 2023).</summary>
internal static class AttentionMath
{
    /// <summary>softmax(q kᵀ / √d + mask) v, fused where the mask is plainly causal or none.</summary>
    /// <param name="query">q, (batch, time, heads, d).</param>
    /// <param name="key">k, (batch, source, keyHeads, d); query head h uses key head h · keyHeads / heads.</param>
    /// <param name="value">v, (batch, source, keyHeads, d).</param>
    /// <param name="mask">Which keys a query may look at.</param>
    /// <param name="dropout">Share of attention weights dropped.</param>
    /// <param name="ownToken">Whether gradients go to a token's own key and value only; see <see cref="OwnTokenAttention"/>.</param>
    /// <returns>(batch, time, heads · d).</returns>
    internal static Tensor Causal(
        Tensor query, Tensor key, Tensor value, AttentionMask mask, double dropout = 0, bool ownToken = false)
    {
        if (FusedAttention.Covers(query, key, value, mask, dropout) && (mask.PlainCausal || !ownToken))
            return FusedAttention.Of(query, key, value, mask.PlainCausal, ownToken);
        if (ownToken)
            return OwnTokenAttention.Of(query, key, value, mask);
        using var scope = NewDisposeScope();
        var weights = Weights(query, key, mask);                                        // (batch · keyHeads, time · group, source)
        if (dropout > 0)
            weights = functional.dropout(weights, dropout);
        return Mix(weights, query, value).MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="Causal"/>, asked at the second of every two places alone: where elements are inserted.</summary>
    /// <param name="query">q, (batch, time, heads, d).</param>
    /// <param name="key">k, (batch, source, keyHeads, d).</param>
    /// <param name="value">v, (batch, source, keyHeads, d).</param>
    /// <param name="mask">Which keys a query at any of the 2 time places may look at.</param>
    /// <param name="dropout">Share of attention weights dropped.</param>
    /// <returns>(batch, time, heads · d).</returns>
    internal static Tensor Inserted(Tensor query, Tensor key, Tensor value, AttentionMask mask, double dropout = 0)
    {
        if (FusedAttention.CoversInserted(query, key, value, mask, dropout))
            return FusedAttention.OfInserted(query, key, value);
        using var scope = NewDisposeScope();
        var all = Causal(AmongZeros(query), key, value, mask, dropout);                  // (batch, 2 time, heads · d)
        return Interleaving.InsertedSlots(all).MoveToOuterDisposeScope();
    }

    /// <summary>Queries at the second of every two places, and zeros at the first: (batch, time, heads, d) to (batch, 2 time, …).</summary>
    internal static Tensor AmongZeros(Tensor query)
    {
        using var scope = NewDisposeScope();
        var (batch, time, heads, d) = (query.size(0), query.size(1), query.size(2), query.size(3));
        var flat = query.reshape(batch, time, heads * d);
        return Interleaving.Interleave(zeros_like(flat), flat).view(batch, 2 * time, heads, d).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// softmax(q kᵀ / √d + mask), (batch · keyHeads, time · group, source): a key head's query heads lie along its time axis.
    /// </summary>
    internal static Tensor Weights(Tensor query, Tensor key, AttentionMask mask)
    {
        using var scope = NewDisposeScope();
        return Scores(query, key, mask).softmax(-1).MoveToOuterDisposeScope();
    }

    /// <summary>q kᵀ / √d + mask, in the order of <see cref="Weights"/>.</summary>
    internal static Tensor Scores(Tensor query, Tensor key, AttentionMask mask)
    {
        using var scope = NewDisposeScope();
        var (batch, time, heads, d) = (query.size(0), query.size(1), query.size(2), query.size(3));
        var (source, keyHeads) = (key.size(1), key.size(2));
        var group  = heads / keyHeads;
        var scale  = 1 / Math.Sqrt(d);
        var q      = query.reshape(batch, time, keyHeads, group, d).permute(0, 2, 1, 3, 4).reshape(batch * keyHeads, time * group, d);
        var k      = key.permute(0, 2, 1, 3).reshape(batch * keyHeads, source, d);
        var scores = (q * scale).bmm(k.transpose(1, 2));                                // (batch · keyHeads, time · group, source)
        // Not baddbmm, which would do both: TorchSharp (0.107) gives libtorch its tensors in another order.
        if (mask.Additive is not null)
            scores.add_(mask.Additive);
        return scores.MoveToOuterDisposeScope();
    }

    /// <summary>weights · v, back in the queries' order: (batch, time, heads · d).</summary>
    internal static Tensor Mix(Tensor weights, Tensor query, Tensor value)
    {
        using var scope = NewDisposeScope();
        var (batch, time, heads, d) = (query.size(0), query.size(1), query.size(2), query.size(3));
        var (source, keyHeads) = (value.size(1), value.size(2));
        var group = heads / keyHeads;
        var v     = value.permute(0, 2, 1, 3).reshape(batch * keyHeads, source, d);
        var mixed = weights.bmm(v).view(batch, keyHeads, time, group, d);
        return mixed.permute(0, 2, 1, 3, 4).reshape(batch, time, heads * d).MoveToOuterDisposeScope();
    }

    /// <summary>Attention weights in reading order: (batch, heads, time, source).</summary>
    internal static Tensor ByHead(Tensor weights, long batch, long time, long heads)
    {
        using var scope = NewDisposeScope();
        var (keyHeads, source) = (weights.size(0) / batch, weights.size(2));
        return weights.view(batch, keyHeads, time, heads / keyHeads, source)
            .permute(0, 1, 3, 2, 4).reshape(batch, heads, time, source).MoveToOuterDisposeScope();
    }
}
