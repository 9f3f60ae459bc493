using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>Losses of predicting a teacher's hidden state.</summary>
internal static class HiddenStateMath
{
    private const double LeastNorm = 1e-8;

    /// <summary>A loss a position.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="predicted">v, (n, d).</param>
    /// <param name="target">t, (n, d).</param>
    /// <returns>(n): mean (v − t)², mean |v − t|, or 1 − v · t / (|v| |t|).</returns>
    public static Tensor Losses(HiddenStateLoss kind, Tensor predicted, Tensor target)
    {
        using var scope = NewDisposeScope();
        var losses = kind switch
        {
            HiddenStateLoss.L2 => (predicted - target).square().mean([1L]),
            HiddenStateLoss.L1 => (predicted - target).abs().mean([1L]),
            _ => 1 - (predicted * target).sum(1) / (Norm(predicted) * Norm(target)),
        };
        return losses.MoveToOuterDisposeScope();
    }

    private static Tensor Norm(Tensor x) => x.square().sum(1).clamp_min(LeastNorm * LeastNorm).sqrt();
}
