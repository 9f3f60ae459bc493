using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
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
    /// <summary>A model's next-token loss, summed over counted places: Σ -log softmax(head(h))[target].</summary>
    /// <param name="model">Has the head.</param>
    /// <param name="hidden">(batch, time, width).</param>
    /// <param name="targets">(batch, time) int64; <see cref="TokenBatch.Ignored"/> does not count.</param>
    /// <returns>A scalar, with a graph where hidden states or head ask for gradients.</returns>
    public static Tensor NextToken(TransformerModel model, Tensor hidden, Tensor targets) =>
        NextToken(model.Head, hidden, targets, model.Config.VocabularySize, model.HeadWeights);

    /// <summary>The same with any head.</summary>
    /// <param name="head">From hidden states (places, width) to logits (places, vocabulary).</param>
    /// <param name="hidden">(batch, time, width).</param>
    /// <param name="targets">(batch, time) int64; <see cref="TokenBatch.Ignored"/> does not count.</param>
    /// <param name="vocabularySize">Logits a place.</param>
    /// <param name="headWeights">
    /// All tensors that the head computes with. Gradients reach those of them that are trainable, and no tensor that is left out.
    /// </param>
    /// <returns>A scalar, with a graph where hidden states or weights ask for gradients.</returns>
    public static Tensor NextToken(
        Func<Tensor, Tensor> head, Tensor hidden, Tensor targets, long vocabularySize, IEnumerable<Tensor> headWeights)
    {
        var (h, t) = Counted(hidden, targets);                          // (n, width), (n)
        return PiecewiseLoss.Of(
            h, vocabularySize, headWeights, (piece, from) => functional.cross_entropy(
                Exact(head(piece)), t.narrow(0, from, piece.size(0)), reduction: Reduction.Sum));
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
        var losses = zeros_like(flat, PiecewiseLoss.LossType(h.dtype));
        foreach (var (from, count) in PiecewiseLoss.Pieces(h, vocabularySize))
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
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The mean, in nats.</returns>
    public static double Mean(
        IEnumerable<TokenBatch> batches, Func<TokenBatch, Tensor> loss, Device? on = null, CancellationToken cancellationToken = default)
    {
        using var quiet = no_grad();
        var (sum, tokens) = (0.0, 0L);
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            using var owned = batch;
            cancellationToken.ThrowIfCancellationRequested();
            var here = on is null ? batch : batch.To(on);
            sum += loss(here).ToDouble();
            tokens += batch.TokenCount;
        }
        return tokens > 0 ? sum / tokens : throw new InvalidDataException("There is no token to score: every target is ignored.");
    }

    /// <summary>The places that count: their hidden states (n, width) and their targets (n).</summary>
    internal static (Tensor Hidden, Tensor Targets) Counted(Tensor hidden, Tensor targets)
    {
        var h = hidden.reshape(-1, hidden.shape[^1]);                   // (batch · time, width)
        var t = targets.reshape(-1);                                    // (batch · time)
        var places = t.ne(TokenBatch.Ignored).nonzero().squeeze(1);     // (n)
        return places.shape[0] == t.shape[0] ? (h, t) : (h.index_select(0, places), t.index_select(0, places));
    }

    // A cross entropy of half precision would be summed in it. Logits of other types are not copied.
    private static Tensor Exact(Tensor logits) =>
        PiecewiseLoss.LossType(logits.dtype) is var type && type == logits.dtype ? logits : logits.to(type);
}
