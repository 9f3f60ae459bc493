using System.Numerics.Tensors;

namespace MlNetLlm.LanguageModels.Managed;

/// <summary>Root-mean-square norm, or layer norm when there is a bias.</summary>
/// <param name="gain">w, (width).</param>
/// <param name="bias">b, (width), or null.</param>
/// <param name="width">Components.</param>
/// <param name="epsilon">ε inside the square root.</param>
internal readonly unsafe struct NormWeights(float* gain, float* bias, int width, double epsilon)
{
    /// <summary>y = norm(x), one row.</summary>
    internal void Apply(float* x, float* y)
    {
        var from = new ReadOnlySpan<float>(x, width);
        var to = new Span<float>(y, width);
        if (bias is not null)
        {
            TensorPrimitives.Subtract(from, TensorPrimitives.Sum(from) / width, to);
            from = to;
        }
        var scale = 1 / Math.Sqrt((TensorPrimitives.SumOfSquares(from) / width) + epsilon);
        TensorPrimitives.Multiply(from, (float)scale, to);
        TensorPrimitives.Multiply(to, new ReadOnlySpan<float>(gain, width), to);
        if (bias is not null)
            TensorPrimitives.Add(to, new ReadOnlySpan<float>(bias, width), to);
    }
}
