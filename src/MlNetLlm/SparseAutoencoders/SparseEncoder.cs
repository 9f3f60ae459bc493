using System.Numerics.Tensors;
using MlNetLlm.LanguageModels.Fused;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// Encoding and decoding on the CPU. One matrix product gives all pre-activations of some rows; the k largest are picked while these are
/// in the cache, and all that follows touches k rows of the decoder a hidden state.
/// </summary>
internal static unsafe class SparseEncoder
{
    private const long NumbersAtOnce = 4 << 20;     // pre-activations held together: 16 MiB

    /// <summary>Takes the pre-activations of some rows.</summary>
    /// <param name="first">The first row's number.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="values">(count, C).</param>
    public delegate void Taker(int first, int count, float* values);

    /// <summary>W_e x + b_lat for rows x = u − b, some rows at a time.</summary>
    /// <param name="autoencoder">The autoencoder, on the CPU.</param>
    /// <param name="x">(n, d).</param>
    /// <param name="take">Takes them; they are gone after it.</param>
    public static void PreActivations(SparseAutoencoder autoencoder, Tensor x, Taker take)
    {
        using var quiet = no_grad();
        var most = Math.Max(1, NumbersAtOnce / autoencoder.Latents);
        for (var first = 0L; first < x.size(0); first += most)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(most, x.size(0) - first);
            var values = functional.linear(x.narrow(0, first, count), autoencoder.Encoder, autoencoder.LatentBias);    // (count, C)
            take((int)first, (int)count, FusedSteps.Data(values));
            GC.KeepAlive(values);
        }
    }

    /// <summary>x = u − b for hidden states as the model gives them, and what normalised each.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="hiddenStates">(n, d).</param>
    /// <returns>(n, d), and μ and s of each.</returns>
    public static (Tensor X, (float Mean, float Deviation)[] Scales) Centred(
        SparseAutoencoder autoencoder, ReadOnlySpan<float> hiddenStates)
    {
        var width = autoencoder.Width;
        var x = empty(hiddenStates.Length / width, width);
        var scales = new (float Mean, float Deviation)[hiddenStates.Length / width];
        var inputs = Numbers(x);
        var bias = Numbers(autoencoder.PreBias);
        for (var row = 0; row < scales.Length; row++)
        {
            var target = inputs.Slice(row * width, width);
            scales[row] = HiddenStateNormalization.Apply(hiddenStates.Slice(row * width, width), target);
            TensorPrimitives.Subtract(target, bias, target);
        }
        return (x, scales);
    }

    /// <summary>Codes of hidden states as the model gives them.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="hiddenStates">(n, d).</param>
    public static SparseCode[] Encode(SparseAutoencoder autoencoder, ReadOnlySpan<float> hiddenStates)
    {
        using var scope = NewDisposeScope();
        var k = autoencoder.ActiveLatents;
        var (x, scales) = Centred(autoencoder, hiddenStates);
        var codes = new SparseCode[scales.Length];
        PreActivations(autoencoder, x, (first, count, values) => FusedSteps.Share(count, 16, (from, end) =>
        {
            var (ids, strengths) = (new int[k], new float[k]);
            for (var row = from; row < end; row++)
            {
                TopK.Select(new ReadOnlySpan<float>(values + (long)row * autoencoder.Latents, autoencoder.Latents), ids, strengths);
                var active = k;
                while (active > 0 && !(strengths[active - 1] > 0)) active--;        // ReLU
                var (mean, deviation) = scales[first + row];
                codes[first + row] = new(ids[..active], strengths[..active], mean, deviation);
            }
        }));
        return codes;
    }

    /// <summary>W_d c + b, in the normalised space.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="code">c.</param>
    /// <param name="target">(d).</param>
    public static void Decode(SparseAutoencoder autoencoder, SparseCode code, Span<float> target)
    {
        Numbers(autoencoder.PreBias).CopyTo(target);
        var columns = FusedSteps.Data(autoencoder.Decoder);
        var width = target.Length;
        for (var i = 0; i < code.Latents.Count; i++)
        {
            var column = new ReadOnlySpan<float>(columns + (long)code.Latents[i] * width, width);
            TensorPrimitives.MultiplyAdd(column, code.Strengths[i], target, target);
        }
    }

    /// <summary>The numbers of a CPU tensor in place.</summary>
    public static Span<float> Numbers(Tensor tensor) => new(FusedSteps.Data(tensor), (int)tensor.numel());

    /// <summary>A row of a CPU matrix in place.</summary>
    public static Span<float> Row(Tensor matrix, long row) =>
        new(FusedSteps.Data(matrix) + row * matrix.size(1), (int)matrix.size(1));
}
