using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>
/// y = gelu(x) Wᵀ (+ b), of which x alone is kept: the backward pass makes gelu(x) again, which is one pass over memory, where torch would
/// keep it beside x. With g the slope of y: dW = gᵀ gelu(x), db = Σ g, dx = gelu′(x) ⊙ (g W).
/// </summary>
internal sealed class FusedGeluLinear : autograd.SingleTensorFunction<FusedGeluLinear>
{
    /// <inheritdoc/>
    public override string Name => nameof(FusedGeluLinear);

    /// <summary>x (…, in), W (out, in) and b (out), or null, to (…, out).</summary>
    internal static Tensor Of(Tensor x, Tensor weight, Tensor? bias) => bias is null ? apply(x, weight) : apply(x, weight, bias);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], vars.Length > 2 ? (Tensor)vars[2] : null);
        ctx.save_for_backward([x, weight]);
        ctx.save_data("learnt", vars.Select(input => ((Tensor)input).requires_grad).ToArray());
        using var activated = FusedGelu.Forward(x, empty_like(x));
        return nn.functional.linear(activated, weight, bias);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (saved, learnt) = (ctx.get_saved_variables(), (bool[])ctx.get_data("learnt"));
        var (x, weight, slope) = (saved[0], saved[1], grad_output.contiguous());
        var rows = slope.view(-1, slope.size(-1));                                        // (n, out)
        var gradients = new Tensor[learnt.Length];
        if (learnt[1])
        {
            using var activated = FusedGelu.Forward(x, empty_like(x));
            gradients[1] = rows.t().matmul(activated.view(-1, x.size(-1)));               // (out, in)
        }
        if (learnt.Length > 2 && learnt[2])
            gradients[2] = rows.sum([0L]);                                                // (out)
        if (learnt[0])
        {
            var back = rows.matmul(weight).view(x.shape);                                 // (…, in)
            gradients[0] = FusedGelu.Backward(x, back, back);
        }
        return [.. gradients];
    }
}
