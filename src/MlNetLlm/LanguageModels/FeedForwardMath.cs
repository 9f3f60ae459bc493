using MlNetLlm.LanguageModels.Fused;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Nonlinearities that torch offers no function for.</summary>
internal static class FeedForwardMath
{
    /// <summary>
    /// x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel 2016), written as x · sigmoid(a x + b x³) with
    /// a = 2 √(2/π) and b = 0.044715 a, which is the same function and one vectorised exponential.
    /// </summary>
    /// <param name="x">x.</param>
    /// <param name="inPlace">Whether no one needs x again: without a graph, the result may then be x itself.</param>
    internal static Tensor GeluTanh(Tensor x, bool inPlace = false)
    {
        if (FusedSteps.Apply(x))
            return FusedGelu.Of(x, inPlace);
        using var scope = NewDisposeScope();
        const double a = 1.5957691216057308, b = 0.044715 * a;
        var slope = (x.square() * b).add_(a);                           // a + b x²
        return (x * (x * slope).sigmoid_()).MoveToOuterDisposeScope();
    }

    /// <summary>gelu(x) Wᵀ (+ b); fused, gelu(x) is made anew for the backward pass rather than kept.</summary>
    internal static Tensor Down(Tensor x, Tensor weight, Tensor? bias)
    {
        if (FusedSteps.Apply(x) && FusedSteps.Apply(weight))
            return FusedGeluLinear.Of(x, weight, bias);
        using var scope = NewDisposeScope();
        return nn.functional.linear(GeluTanh(x), weight, bias).MoveToOuterDisposeScope();
    }
}
