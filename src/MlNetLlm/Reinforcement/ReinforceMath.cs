using MlNetLlm.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.Reinforcement;

/// <summary>
/// REINFORCE with a divergence from a reference policy, as a loss to be made small (Williams 1992; Transformer², equation 1):
/// L = Σ over answers of [ -(r - b) · Σ_t log π(y_t) + λ · Σ_t KL_t ], with KL_t over the whole vocabulary.
/// </summary>
/// <remarks>
/// Nothing here knows what is trained: hidden states carry the graph. The gradient of one token's logits is (r - b)(π - e_y) + λ(π - π₀)
/// for KL(π₀ ‖ π), and with λ π_j (log(π_j / π₀_j) - KL) as its last term for KL(π ‖ π₀).
/// </remarks>
public static class ReinforceMath
{
    private const long LogitsAtOnce = 4 << 20;   // of the policy in a piece; some five tensors of that size are held at once

    /// <summary>The loss summed over a batch's answers, and what it saw of the two policies.</summary>
    /// <param name="head">From hidden states (places, width) to logits (places, vocabulary); frozen and common to both policies.</param>
    /// <param name="hidden">The policy's hidden states, (batch, time, width), with their graph.</param>
    /// <param name="reference">The reference policy's, of the same shape, without one; null leaves the divergence out.</param>
    /// <param name="targets">(batch, time) int64: the token of an answer at each place; <see cref="TokenBatch.Ignored"/> elsewhere.</param>
    /// <param name="advantages">r - b of each answer, (batch).</param>
    /// <param name="vocabularySize">Logits a place.</param>
    /// <param name="klWeight">λ; at 0 the divergence is only measured.</param>
    /// <param name="direction">The direction of the divergence.</param>
    /// <returns>A scalar with a graph, whatever the answers; sums of divergence and entropy in nats; the places summed over.</returns>
    public static (Tensor Loss, PolicySums Sums) Loss(
        Func<Tensor, Tensor> head, Tensor hidden, Tensor? reference, Tensor targets, Tensor advantages, long vocabularySize,
        double klWeight, KlDirection direction)
    {
        var flat = targets.reshape(-1);                                                     // (batch · time)
        var places = flat.ne(TokenBatch.Ignored).nonzero().squeeze(1);                      // (n)
        var h = Rows(hidden);                                                               // (n, width)
        var h0 = reference is null ? null : Rows(reference);                                // (n, width)
        var y = flat.index_select(0, places);                                               // (n)
        var a = advantages.unsqueeze(1).expand(targets.shape).reshape(-1).index_select(0, places);   // (n)
        var (value, slope, sums) = (0.0, zeros_like(h), new PolicySums(0, 0, places.shape[0]));
        var most = Math.Max(1, LogitsAtOnce / vocabularySize);
        for (var from = 0L; from < places.shape[0]; from += most)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(most, places.shape[0] - from);
            var piece = Piece(h).detach().requires_grad_();
            var (loss, kl, entropy) = Places(head(piece), h0 is null ? null : head(Piece(h0)), Piece(y), Piece(a), klWeight, direction);
            slope.narrow(0, from, count).copy_(autograd.grad([loss], [piece])[0]);
            value += loss.ToDouble();
            sums = sums with { Kl = sums.Kl + kl, Entropy = sums.Entropy + entropy };

            Tensor Piece(Tensor all) => all.narrow(0, from, count);
        }
        // Its value is the loss and its gradient that of the loss; only one piece's logits were ever held.
        return (((h - h.detach()) * slope).sum() + value, sums);

        Tensor Rows(Tensor states) => states.reshape(-1, states.shape[^1]).index_select(0, places);
    }

    private static (Tensor Loss, double Kl, double Entropy) Places(
        Tensor logits, Tensor? referenceLogits, Tensor targets, Tensor advantages, double klWeight, KlDirection direction)
    {
        var logPi = functional.log_softmax(logits, -1);                                     // (n, vocabulary)
        var chosen = logPi.gather(1, targets.unsqueeze(1)).squeeze(1);                      // (n)
        var loss = -(advantages * chosen).sum();
        using var plain = no_grad();
        var fixedLogPi = logPi.detach();
        var entropy = -(fixedLogPi.exp() * fixedLogPi).sum();
        if (referenceLogits is null) return (loss, 0, entropy.ToDouble());
        var logPi0 = functional.log_softmax(referenceLogits, -1);                           // (n, vocabulary)
        using var graph = set_grad_enabled(klWeight > 0);
        var kl = Divergence(klWeight > 0 ? logPi : fixedLogPi, logPi0, direction).sum();
        return (klWeight > 0 ? loss + klWeight * kl : loss, kl.ToDouble(), entropy.ToDouble());
    }

    /// <summary>The divergence at each place: Σ π log(π / π₀), or Σ π₀ log(π₀ / π).</summary>
    /// <param name="logPi">log π, (…, vocabulary).</param>
    /// <param name="logPi0">log π₀, (…, vocabulary).</param>
    /// <param name="direction">Which of the two.</param>
    /// <returns>(…), in nats.</returns>
    public static Tensor Divergence(Tensor logPi, Tensor logPi0, KlDirection direction) =>
        direction == KlDirection.PolicyToReference
            ? (logPi.exp() * (logPi - logPi0)).sum(-1)
            : (logPi0.exp() * (logPi0 - logPi)).sum(-1);
}
