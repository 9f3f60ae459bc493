using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.EmbeddingReset;

/// <summary>What a reset does to a weight tensor, in place.</summary>
internal static class ResetMath
{
    /// <summary>w ~ N(0, s²); gains become 1 and biases 0, and what feeds the residual stream gets s² / 2L, as at the start.</summary>
    /// <param name="weight">Any shape.</param>
    /// <param name="role">What the weight is for.</param>
    /// <param name="deviation">s.</param>
    /// <param name="layers">L, the model's blocks.</param>
    /// <param name="random">Where the draws come from; a generator on the CPU.</param>
    public static void Redraw(Tensor weight, WeightRole role, double deviation, int layers, Generator random)
    {
        using var scope = NewDisposeScope();
        weight.copy_(role switch
        {
            WeightRole.Gain => ones(weight.shape),
            WeightRole.Bias => zeros(weight.shape),
            WeightRole.ResidualMatrix => empty(weight.shape).normal_(0, deviation / Math.Sqrt(2.0 * layers), random),
            _ => empty(weight.shape).normal_(0, deviation, random),
        });
    }

    /// <summary>w ~ N(m, s²) with m and s the mean and standard deviation of all its numbers now.</summary>
    public static void RedrawAtCurrentScale(Tensor weight, Generator random)
    {
        using var scope = NewDisposeScope();
        var mean = weight.mean().ToDouble();
        weight.copy_(empty(weight.shape).normal_(mean, StandardDeviation(weight), random));
    }

    /// <summary>w ← a w + e, e ~ N(0, (c s)²) with s the standard deviation of w now (Ash and Adams 2020, shrink and perturb).</summary>
    /// <param name="weight">w.</param>
    /// <param name="keep">a.</param>
    /// <param name="noiseShare">c.</param>
    /// <param name="random">Where the draws come from; a generator on the CPU.</param>
    public static void Perturb(Tensor weight, double keep, double noiseShare, Generator random)
    {
        using var scope = NewDisposeScope();
        var noise = empty(weight.shape).normal_(0, noiseShare * StandardDeviation(weight), random);
        weight.mul_(keep).add_(noise.to(weight.device));
    }

    /// <summary>Row i becomes what row order[i] was.</summary>
    /// <param name="weight">(rows, …).</param>
    /// <param name="order">Each row once.</param>
    public static void Reorder(Tensor weight, long[] order)
    {
        using var scope = NewDisposeScope();
        weight.copy_(weight.index_select(0, tensor(order, device: weight.device)));
    }

    /// <summary>√(Σ (w - m)² / n), in double.</summary>
    public static double StandardDeviation(Tensor weight)
    {
        using var scope = NewDisposeScope();
        var w = weight.detach().to(ScalarType.Float64);
        return (w - w.mean()).square().mean().sqrt().ToDouble();
    }
}
