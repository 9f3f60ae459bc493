using System.Runtime.Intrinsics;
using MlNetLlm.LanguageModels.Managed;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>
/// The tanh approximation of gelu in one pass each way. With s = sigmoid(a x + b x³): y = x s, dy/dx = s + x s (1 − s) (a + 3 b x²).
/// </summary>
internal sealed unsafe class FusedGelu : autograd.SingleTensorFunction<FusedGelu>
{
    private const int Lanes = VectorMath.Lanes, LeastAPart = 1 << 15;

    /// <inheritdoc/>
    public override string Name => nameof(FusedGelu);

    /// <summary>gelu(x) for a tensor that <see cref="FusedSteps.Apply"/> accepts; in its place where wanted, and without a graph.</summary>
    internal static Tensor Of(Tensor x, bool inPlace = false) =>
        FusedSteps.NeedGradient(x) ? apply(x) : Forward(x, inPlace ? x : empty_like(x));

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        ctx.save_for_backward([x]);
        return Forward(x, empty_like(x));
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var x = ctx.get_saved_variables()[0];
        return [Backward(x, grad_output.contiguous(), empty_like(x))];
    }

    /// <summary>result = dy/dx ⊙ slope; the result may be the slope itself.</summary>
    internal static Tensor Backward(Tensor x, Tensor slope, Tensor result)
    {
        float* from = FusedSteps.Data(x), upper = FusedSteps.Data(slope), to = FusedSteps.Data(result);
        FusedSteps.Share((int)x.numel(), LeastAPart, (first, end) =>
        {
            var i = first;
            for (; i <= end - Lanes; i += Lanes)
                (Slope(Vector512.Load(from + i)) * Vector512.Load(upper + i)).Store(to + i);
            for (; i < end; i++)
                to[i] = Slope(Vector512.Create(from[i]))[0] * upper[i];
        });
        GC.KeepAlive((x, slope));
        return result;
    }

    /// <summary>y = gelu(x), without a graph; y may be x itself.</summary>
    internal static Tensor Forward(Tensor x, Tensor y)
    {
        float* from = FusedSteps.Data(x), to = FusedSteps.Data(y);
        FusedSteps.Share((int)x.numel(), LeastAPart, (first, end) =>
        {
            var i = first;
            for (; i <= end - Lanes; i += Lanes)
                VectorMath.Gelu(Vector512.Load(from + i)).Store(to + i);
            for (; i < end; i++)
                to[i] = VectorMath.Gelu(Vector512.Create(from[i]))[0];
        });
        GC.KeepAlive(x);
        return y;
    }

    private static Vector512<float> Slope(Vector512<float> x)
    {
        var (a, b) = (Vector512.Create(VectorMath.GeluLinear), Vector512.Create(VectorMath.GeluCubic));
        var square = x * x;
        var s = VectorMath.Sigmoid(x * Vector512.FusedMultiplyAdd(square, b, a));
        var inner = x * Vector512.FusedMultiplyAdd(square, b * 3f, a);
        return Vector512.FusedMultiplyAdd(s * (Vector512<float>.One - s), inner, s);
    }
}
