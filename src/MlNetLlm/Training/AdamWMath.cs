using System.Numerics;
using MlNetLlm.LanguageModels.Fused;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g²,
/// w ← (1 - η λ) w - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε).
/// </summary>
internal static unsafe class AdamWMath
{
    private const int NumbersAPart = 1 << 16;

    /// <summary>By torch's operators, anywhere.</summary>
    public static void Operators(Tensor w, Tensor g, Tensor m, Tensor v, AdamWRule rule)
    {
        using var scope = NewDisposeScope();
        w.mul_(rule.Shrink);
        m.mul_(rule.Beta1).add_(g, 1 - rule.Beta1);
        v.mul_(rule.Beta2).addcmul_(g, g, 1 - rule.Beta2);
        w.addcdiv_(m, v.sqrt().div_(rule.Correction).add_(rule.Epsilon), -rule.Stride);
    }

    /// <summary>In one pass over contiguous float32 in CPU memory; each number by itself, so threads change nothing.</summary>
    public static void Fused(Tensor w, Tensor g, Tensor m, Tensor v, AdamWRule rule)
    {
        float* pw = FusedSteps.Data(w), pg = FusedSteps.Data(g), pm = FusedSteps.Data(m), pv = FusedSteps.Data(v);
        FusedSteps.Share((int)w.numel(), NumbersAPart, (first, end) => Fused(pw, pg, pm, pv, first, end, rule));
        GC.KeepAlive((w, g, m, v));
    }

    private static void Fused(float* w, float* g, float* m, float* v, int first, int end, AdamWRule rule)
    {
        var (beta1, beta2) = (new Vector<float>((float)rule.Beta1), new Vector<float>((float)rule.Beta2));
        var (rest1, rest2) = (new Vector<float>((float)(1 - rule.Beta1)), new Vector<float>((float)(1 - rule.Beta2)));
        var (shrink, stride) = (new Vector<float>((float)rule.Shrink), new Vector<float>((float)rule.Stride));
        var (correction, epsilon) = (new Vector<float>((float)rule.Correction), new Vector<float>((float)rule.Epsilon));
        var i = first;
        for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            var gradient = Vector.Load(g + i);
            var mean = Vector.Load(m + i) * beta1 + gradient * rest1;
            var square = Vector.Load(v + i) * beta2 + gradient * gradient * rest2;
            Vector.Store(mean, m + i);
            Vector.Store(square, v + i);
            Vector.Store(Vector.Load(w + i) * shrink - stride * mean / (Vector.SquareRoot(square) / correction + epsilon), w + i);
        }
        for (; i < end; i++)
        {
            m[i] = m[i] * beta1[0] + g[i] * rest1[0];
            v[i] = v[i] * beta2[0] + g[i] * g[i] * rest2[0];
            w[i] = w[i] * shrink[0] - stride[0] * m[i] / (MathF.Sqrt(v[i]) / correction[0] + epsilon[0]);
        }
    }
}
