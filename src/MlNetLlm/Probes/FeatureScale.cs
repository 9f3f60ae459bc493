using System.Numerics.Tensors;

namespace MlNetLlm.Probes;

/// <summary>Standardisation of features: <c>(x - mean) · inverse deviation</c>, each of the features' length.</summary>
internal sealed record FeatureScale(float[] Mean, float[] Inverse)
{
    /// <summary>The scale that changes nothing.</summary>
    public static FeatureScale None(int size) => new(new float[size], [.. Enumerable.Repeat(1f, size)]);

    /// <summary>Standardises features from a place of the scale on.</summary>
    public void Apply(ReadOnlySpan<float> features, Span<float> target, int from = 0)
    {
        TensorPrimitives.Subtract(features, Mean.AsSpan(from, features.Length), target);
        TensorPrimitives.Multiply(target[..features.Length], Inverse.AsSpan(from, features.Length), target);
    }

    /// <summary>The scale of a part of the features.</summary>
    public FeatureScale Part(int from, int size) => new(Mean[from..(from + size)], Inverse[from..(from + size)]);
}
