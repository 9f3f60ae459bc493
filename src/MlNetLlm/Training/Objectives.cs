using MlNetLlm.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.Training;

/// <summary>
/// Losses of next-token prediction, in single precision also for models in half precision. Logits are made for counted places only and a
/// piece at a time.
/// </summary>
public static class Objectives
{
    /// <summary>How many logits a piece has at most: 32 MiB of single precision.</summary>
    private const long LogitsAtOnce = 8 << 20;

    /// <summary>The next-token loss, summed over counted places: Σ -log softmax(head(h))[target].</summary>
    /// <param name="head">From hidden states (places, width) to logits (places, vocabulary).</param>
    /// <param name="hidden">(batch, time, width).</param>
    /// <param name="targets">(batch, time) int64; <see cref="TokenBatch.Ignored"/> does not count.</param>
    /// <param name="vocabularySize">Logits a place.</param>
    /// <param name="headWeights">
    /// Null: any head; the graph keeps one tensor of all logits until the backward pass. Otherwise all trainable tensors that the head uses
    /// (none, when it is frozen): gradients are then computed piece by piece at once, and only one piece's logits are ever held.
    /// </param>
    /// <returns>A scalar with a graph.</returns>
    public static Tensor NextToken(
        Func<Tensor, Tensor> head, Tensor hidden, Tensor targets, long vocabularySize, IReadOnlyList<Tensor>? headWeights = null)
    {
        var (h, t) = Counted(hidden, targets);                          // (n, width), (n)
        if (headWeights is not null && is_grad_enabled())
            return Piecewise(head, h, t, vocabularySize, headWeights);
        return Pieces(h.shape[0], vocabularySize)
            .Select(piece => Sum(head(h.narrow(0, piece.From, piece.Count)), t.narrow(0, piece.From, piece.Count)))
            .Aggregate((sum, part) => sum + part);
    }

    /// <summary>The next-token loss of every place: -log softmax(head(h))[target], and 0 where none counts.</summary>
    /// <param name="head">From hidden states (places, width) to logits (places, vocabulary).</param>
    /// <param name="hidden">(batch, time, width).</param>
    /// <param name="targets">(batch, time) int64; <see cref="TokenBatch.Ignored"/> does not count.</param>
    /// <param name="vocabularySize">Logits a place.</param>
    /// <returns>(batch, time), without a graph.</returns>
    public static Tensor NegativeLogLikelihood(Func<Tensor, Tensor> head, Tensor hidden, Tensor targets, long vocabularySize)
    {
        using var quiet = no_grad();
        var flat = targets.reshape(-1);                                 // (batch · time)
        var places = flat.ne(TokenBatch.Ignored).nonzero().squeeze(1);  // (n)
        var (h, t) = Counted(hidden, targets);
        var losses = zeros_like(flat, LossType(h.dtype));
        foreach (var (from, count) in Pieces(h.shape[0], vocabularySize))
        {
            using var scope = NewDisposeScope();
            var part = functional.cross_entropy(
                Exact(head(h.narrow(0, from, count))), t.narrow(0, from, count), reduction: Reduction.None);   // (count)
            losses.index_copy_(0, places.narrow(0, from, count), part);
        }
        return losses.view(targets.shape);
    }

    /// <summary>The mean loss per counted token over batches, summed in double; for <see cref="TrainingJob.Validate"/>.</summary>
    /// <param name="batches">The batches; each is disposed of.</param>
    /// <param name="loss">The loss summed over a batch's counted tokens.</param>
    /// <param name="on">Where to compute; null leaves the batches where they are.</param>
    /// <returns>The mean, in nats.</returns>
    public static double Mean(IEnumerable<TokenBatch> batches, Func<TokenBatch, Tensor> loss, Device? on = null)
    {
        using var quiet = no_grad();
        var (sum, tokens) = (0.0, 0L);
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            var here = on is null ? batch : batch.To(on);
            sum += loss(here).ToDouble();
            tokens += batch.TokenCount;
            batch.Dispose();
        }
        return tokens > 0 ? sum / tokens : throw new InvalidDataException("There is no token to score: every target is ignored.");
    }

    /// <remarks>
    /// Each piece's gradients are taken at once, so that its logits can go. The result is L + (h - h°) · dL/dh + Σ (w - w°) · dL/dw, where
    /// ° is the value without a graph: its value is exactly L and its gradient exactly that of L.
    /// </remarks>
    private static Tensor Piecewise(
        Func<Tensor, Tensor> head, Tensor h, Tensor t, long vocabularySize, IReadOnlyList<Tensor> weights)
    {
        var value = tensor(0f, LossType(h.dtype), h.device);
        var slopes = new[] { zeros_like(h) }.Concat(weights.Select(weight => zeros_like(weight))).ToList();
        foreach (var (from, count) in Pieces(h.shape[0], vocabularySize))
        {
            using var scope = NewDisposeScope();
            var piece = h.narrow(0, from, count).detach().requires_grad_();
            var loss = Sum(head(piece), t.narrow(0, from, count));
            var gradients = autograd.grad([loss], [piece, .. weights]);
            value.add_(loss.detach());
            slopes[0].narrow(0, from, count).copy_(gradients[0]);
            for (var i = 0; i < weights.Count; i++)
                slopes[i + 1].add_(gradients[i + 1]);
        }
        var result = value;
        foreach (var (tensor, slope) in new[] { h }.Concat(weights).Zip(slopes).Where(pair => pair.First.requires_grad))
            result = result + ((tensor - tensor.detach()) * slope).sum();
        return result;
    }

    /// <summary>The places that count: their hidden states (n, width) and their targets (n).</summary>
    internal static (Tensor Hidden, Tensor Targets) Counted(Tensor hidden, Tensor targets)
    {
        var h = hidden.reshape(-1, hidden.shape[^1]);                   // (batch · time, width)
        var t = targets.reshape(-1);                                    // (batch · time)
        var places = t.ne(TokenBatch.Ignored).nonzero().squeeze(1);     // (n)
        return places.shape[0] == t.shape[0] ? (h, t) : (h.index_select(0, places), t.index_select(0, places));
    }

    private static Tensor Sum(Tensor logits, Tensor targets) =>
        functional.cross_entropy(Exact(logits), targets, reduction: Reduction.Sum);

    // Half precision has two or three digits, and a sum over many places fewer still. Logits of other types are not copied.
    private static Tensor Exact(Tensor logits) =>
        LossType(logits.dtype) is var type && type == logits.dtype ? logits : logits.to(type);

    private static ScalarType LossType(ScalarType type) =>
        type is ScalarType.BFloat16 or ScalarType.Float16 ? ScalarType.Float32 : type;

    /// <summary>Ranges of places, each of no more logits than are held at once.</summary>
    internal static IEnumerable<(long From, long Count)> Pieces(long places, long vocabularySize)
    {
        var most = Math.Max(1, LogitsAtOnce / vocabularySize);
        var from = 0L;
        do
            yield return (from, Math.Min(most, places - from));   // one empty piece where no place counts
        while ((from += most) < places);
    }
}
