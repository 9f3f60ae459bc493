using System.Numerics.Tensors;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// A new autoencoder (Gao et al. 2024, released script): decoder columns of random direction and length 1, the encoder their transpose,
/// b the data's geometric median, b_lat 0; the encoder is then scaled so that W_d c is as long as u − b on average.
/// </summary>
internal static class SparseAutoencoderStart
{
    private const int RowsForScale = 4096;

    /// <param name="sample">(n, d): normalised hidden states.</param>
    /// <param name="width">d.</param>
    /// <param name="options">C and k.</param>
    /// <param name="random">Draws the directions.</param>
    public static SparseAutoencoder Draw(float[] sample, int width, SparseAutoencoderRun options, RandomStream random)
    {
        using var scope = NewDisposeScope();
        var columns = new float[options.Latents * width];
        for (var i = 0; i < columns.Length; i++) columns[i] = (float)random.NextNormal();
        for (var latent = 0; latent < options.Latents; latent++) Unit(columns.AsSpan(latent * width, width));
        var median = GeometricMedian.Of(sample, width);
        using var plain = New(1);
        return New(Scale(plain, sample.AsSpan(0, Math.Min(sample.Length, RowsForScale * width))));

        SparseAutoencoder New(double scale) => new(
            tensor(columns, [options.Latents, width]) * scale, zeros(options.Latents), tensor(columns, [options.Latents, width]),
            tensor(median), options.ActiveLatents);
    }

    /// <summary>Brings a vector to length 1; one of length 0 stays.</summary>
    public static void Unit(Span<float> column)
    {
        if (TensorPrimitives.Norm<float>(column) is var norm && norm > 0) TensorPrimitives.Multiply(column, 1 / norm, column);
    }

    /// <summary>1 / the data's variance a component, as the sample has it.</summary>
    /// <param name="sample">(n, d).</param>
    /// <param name="width">d.</param>
    public static double InverseVariance(float[] sample, int width)
    {
        var (sums, squares) = (new double[width], 0.0);
        for (var i = 0; i < sample.Length; i++)
        {
            sums[i % width] += sample[i];
            squares += (double)sample[i] * sample[i];
        }
        var count = sample.Length / width;
        var variance = (squares - sums.Sum(sum => sum * sum) / count) / sample.Length;
        return 1 / Math.Max(variance, 1e-12);
    }

    private static double Scale(SparseAutoencoder plain, Span<float> sample)
    {
        var (lengths, reconstructed) = (0.0, 0.0);
        var bias = SparseEncoder.Numbers(plain.PreBias);
        var (x, decoded) = (new float[plain.Width], new float[plain.Width]);
        foreach (var (code, row) in SparseEncoder.Encode(plain, sample).Select((code, row) => (code, row)))
        {
            TensorPrimitives.Subtract(sample.Slice(row * plain.Width, plain.Width), bias, x);
            lengths += TensorPrimitives.Norm<float>(x);
            SparseEncoder.Decode(plain, code, decoded);
            TensorPrimitives.Subtract(decoded, bias, decoded);
            reconstructed += TensorPrimitives.Norm<float>(decoded);
        }
        return reconstructed > 0 ? lengths / reconstructed : 1;
    }
}
