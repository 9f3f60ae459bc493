using System.Numerics.Tensors;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// The space an autoencoder works in: u = (h − μ) / (s + ε) with μ and s the mean and deviation (divisor d − 1) of the one vector h.
/// </summary>
/// <remarks>
/// Training, labelling, inspection and steering all come through here: an autoencoder that is trained in one space and used in another
/// gives codes that mean nothing.
/// </remarks>
internal static class HiddenStateNormalization
{
    /// <summary>ε.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>Normalises one vector.</summary>
    /// <param name="h">(d), d at least 2.</param>
    /// <param name="u">(d), takes the result; may be h itself.</param>
    /// <returns>μ and s.</returns>
    public static (float Mean, float Deviation) Apply(ReadOnlySpan<float> h, Span<float> u)
    {
        var sum = 0.0;
        foreach (var value in h) sum += value;
        var mean = (float)(sum / h.Length);
        TensorPrimitives.Subtract(h, mean, u);
        var deviation = MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(u[..h.Length]) / (h.Length - 1));
        TensorPrimitives.Multiply(u[..h.Length], 1 / (deviation + Epsilon), u);
        return (mean, deviation);
    }

    /// <summary>The vector that a point of the normalised space stands for: u s + μ.</summary>
    /// <param name="u">(d), becomes the result.</param>
    /// <param name="mean">μ.</param>
    /// <param name="deviation">s.</param>
    public static void Undo(Span<float> u, float mean, float deviation)
    {
        TensorPrimitives.Multiply(u, deviation, u);
        TensorPrimitives.Add(u, mean, u);
    }
}
