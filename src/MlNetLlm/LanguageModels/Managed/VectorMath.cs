using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MlNetLlm.LanguageModels.Managed;

/// <summary>Elementary functions on sixteen float32 at a time. Where the processor has narrower vectors the runtime splits them.</summary>
internal static class VectorMath
{
    /// <summary>Numbers a vector.</summary>
    internal const int Lanes = 16;

    /// <summary>√(2/π) · 2 and that times 0.044715: gelu(x) ≈ x · sigmoid(x (a + b x²)) (Hendrycks and Gimpel 2016).</summary>
    internal const float GeluLinear = 1.5957691216057308f, GeluCubic = 0.044715f * 1.5957691216057308f;

    /// <summary>
    /// eˣ to 2 units in the last place between −87 and 88, held there beyond: x = n ln 2 + r with |r| ≤ ln 2 / 2, eʳ by its Taylor
    /// series to r⁶.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Exp(Vector512<float> x)
    {
        // The argument order lets NaN through.
        x = Vector512.MinNative(Vector512.Create(88f), Vector512.MaxNative(Vector512.Create(-87f), x));
        var n = Vector512.Round(x * 1.44269504f);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.FusedMultiplyAdd(r, Vector512.Create(1f / 720), Vector512.Create(1f / 120));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 24));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 6));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        var power = (Vector512.ConvertToInt32Native(n) + Vector512.Create(127)) << 23;
        return p * power.AsSingle();
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exp(-x));

    /// <summary>The tanh approximation of gelu.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Gelu(Vector512<float> x) =>
        x * Sigmoid(x * Vector512.FusedMultiplyAdd(x * x, Vector512.Create(GeluCubic), Vector512.Create(GeluLinear)));

    /// <summary>All bits set in the last <paramref name="count"/> lanes, none in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> LastLanes(int count) =>
        Vector512.GreaterThanOrEqual(Vector512<int>.Indices, Vector512.Create(Lanes - count)).AsSingle();
}
