using System.Numerics.Tensors;
using MlNetLlm.SparseAutoencoders;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace MlNetLlm.ConceptMixing;

/// <summary>A position's candidates: concepts with their activations c and attributions a.</summary>
/// <param name="Concepts">Their numbers.</param>
/// <param name="Strengths">c.</param>
/// <param name="Attributions">a = c · (w · g).</param>
/// <param name="Least">The activation from which on a concept is active there.</param>
internal readonly record struct PositionScores(int[] Concepts, float[] Strengths, float[] Attributions, float Least);

/// <summary>
/// Attribution of concepts (Tack et al. 2025, equation 1): aᵢ = cᵢ · (wᵢ · g) with w the decoder's column and g = ∂NLL/∂h.
/// </summary>
/// <remarks>
/// The autoencoder works in a normalised space, where the derivative is s times as large. s is one positive number a position, so the order
/// within a position, all that labels are made of, is the same without it.
/// </remarks>
internal static unsafe class ConceptScores
{
    /// <summary>Scores the active concepts of every position, or all concepts.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="states">(positions, d): hidden states.</param>
    /// <param name="slopes">(positions, d): g.</param>
    /// <param name="candidates">Which concepts.</param>
    /// <param name="take">Given each position's number and scores, in order. The scores are valid until the next.</param>
    public static void Of(
        SparseAutoencoder autoencoder, ReadOnlySpan<float> states, ReadOnlySpan<float> slopes, ConceptCandidates candidates,
        Action<int, PositionScores> take)
    {
        if (candidates == ConceptCandidates.Active)
            OfActive(autoencoder, states, slopes, take);
        else
            OfAll(autoencoder, states, slopes, take);
    }

    private static void OfActive(
        SparseAutoencoder autoencoder, ReadOnlySpan<float> states, ReadOnlySpan<float> slopes, Action<int, PositionScores> take)
    {
        var width = autoencoder.Width;
        var columns = SparseEncoder.Numbers(autoencoder.Decoder);
        var codes = SparseEncoder.Encode(autoencoder, states);
        for (var position = 0; position < codes.Length; position++)
        {
            int[] concepts = [.. codes[position].Latents];
            float[] strengths = [.. codes[position].Strengths];
            var attributions = new float[concepts.Length];
            for (var i = 0; i < concepts.Length; i++)
                attributions[i] = strengths[i] * TensorPrimitives.Dot<float>(
                    columns.Slice(concepts[i] * width, width), slopes.Slice(position * width, width));
            take(position, new(concepts, strengths, attributions, Least: 0));
        }
    }

    private static void OfAll(
        SparseAutoencoder autoencoder, ReadOnlySpan<float> states, ReadOnlySpan<float> slopes, Action<int, PositionScores> take)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var (width, latents) = (autoencoder.Width, autoencoder.Latents);
        var (x, _) = SparseEncoder.Centred(autoencoder, states);                                // (positions, d)
        var g = tensor(slopes.ToArray(), [slopes.Length / width, width]);                       // (positions, d)
        int[] concepts = [.. Enumerable.Range(0, latents)];
        SparseEncoder.PreActivations(autoencoder, x, (first, count, values) =>
        {
            using var inner = NewDisposeScope();
            var along = functional.linear(g.narrow(0, first, count), autoencoder.Decoder);      // (count, C): w · g
            var numbers = SparseEncoder.Numbers(along);
            var (attributions, top, kept) = (new float[latents], new int[autoencoder.ActiveLatents], new float[autoencoder.ActiveLatents]);
            for (var row = 0; row < count; row++)
            {
                var strengths = new ReadOnlySpan<float>(values + (long)row * latents, latents).ToArray();
                TensorPrimitives.Multiply(strengths, numbers.Slice(row * latents, latents), attributions);
                TopK.Select(strengths, top, kept);
                take(first + row, new(concepts, strengths, attributions, Math.Max(kept[^1], float.Epsilon)));
            }
        });
    }
}
