using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// Attention whose gradient goes to a token's own key and value only: k̄ and v̄ are constants, and with 1 on the diagonal,
/// S = q k̄ᵀ / √d + diag(q · (k − k̄)) / √d and o = P v̄ + diag(P) (v − v̄). The added parts are 0; only their gradients are not.
/// </summary>
/// <remarks>
/// The gradient of Σ NLL by a token's hidden state is then that of the token's own NLL: row t reaches nothing but q, k and v at t. This is
/// the gradient of equation 1 of Tack et al. (2025) for all positions in one backward pass.
/// </remarks>
internal static class OwnTokenAttention
{
    /// <summary>In torch's operators, for any mask; <see cref="Fused.AttentionKernel"/> does the plainly causal case in one pass.</summary>
    /// <param name="query">q, (batch, time, heads, d).</param>
    /// <param name="key">k, (batch, time, keyHeads, d).</param>
    /// <param name="value">v, (batch, time, keyHeads, d).</param>
    /// <param name="mask">Which keys a query may look at.</param>
    /// <returns>(batch, time, heads · d).</returns>
    internal static Tensor Of(Tensor query, Tensor key, Tensor value, AttentionMask mask)
    {
        using var scope = NewDisposeScope();
        var (batch, time, heads, d) = (query.size(0), query.size(1), query.size(2), query.size(3));
        var keyHeads = key.size(2);
        var group = heads / keyHeads;
        var (k, v) = (key.detach(), value.detach());
        var own     = eye(time, dtype: query.dtype, device: query.device).repeat_interleave(group, 0);     // (time · group, time)
        var extra   = (query * Spread(key - k)).sum(-1) / Math.Sqrt(d);     // (batch, time, heads)
        var scores  = AttentionMath.Scores(query, k, mask) + Folded(extra) * own;
        var weights = scores.softmax(-1);                                               // (batch · keyHeads, time · group, time)
        var self    = Unfolded((weights * own).sum(-1));     // (batch, time, heads)
        var mixed   = AttentionMath.Mix(weights, query, v).view(batch, time, heads, d) + self.unsqueeze(-1) * Spread(value - v);
        return mixed.reshape(batch, time, heads * d).MoveToOuterDisposeScope();

        // Key heads to query heads: (batch, time, keyHeads, d) to (batch, time, heads, d).
        Tensor Spread(Tensor x) => x.repeat_interleave(group, 2);

        // (batch, time, heads) to (batch · keyHeads, time · group, 1) and back.
        Tensor Folded(Tensor x) => x.view(batch, time, keyHeads, group).permute(0, 2, 1, 3).reshape(batch * keyHeads, time * group, 1);

        Tensor Unfolded(Tensor x) => x.view(batch, keyHeads, time, group).permute(0, 2, 1, 3).reshape(batch, time, heads);
    }
}
