using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>softmax(q kᵀ / √d) v under the plain causal mask; never holds all weights. See <see cref="AttentionKernel"/>.</summary>
internal sealed unsafe class FusedAttention : autograd.SingleTensorFunction<FusedAttention>
{
    /// <inheritdoc/>
    public override string Name => nameof(FusedAttention);

    /// <summary>Whether <see cref="Of"/> computes this attention.</summary>
    internal static bool Covers(Tensor query, Tensor key, Tensor value, AttentionMask mask, double dropout) =>
        mask.PlainCausal && dropout == 0 && query.size(1) == key.size(1)
        && FusedSteps.Apply(query) && FusedSteps.Apply(key) && FusedSteps.Apply(value);

    /// <summary>q (batch, time, heads, d), k and v (batch, time, keyHeads, d) to (batch, time, heads · d).</summary>
    internal static Tensor Of(Tensor query, Tensor key, Tensor value)
    {
        if (FusedSteps.NeedGradient(query, key, value))
            return apply(query, key, value);
        using var scope = NewDisposeScope();
        return Forward(query, key, value).Mixed.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (q, k, v) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var (mixed, logSums) = Forward(q, k, v);
        ctx.save_for_backward([q, k, v, logSums]);
        return mixed;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var saved = ctx.get_saved_variables();
        var (q, k, v, logSums) = (saved[0], saved[1], saved[2], saved[3]);
        var slope = grad_output.contiguous();
        var (dq, dk, dv) = (empty_like(q), empty_like(k), empty_like(v));
        var shape = Shape(q, k);
        var memory = new AttentionMemory
        {
            Query = FusedSteps.Data(q), Key = FusedSteps.Data(k), Value = FusedSteps.Data(v), LogSums = FusedSteps.Data(logSums),
            Slope = FusedSteps.Data(slope),
            QuerySlope = FusedSteps.Data(dq), KeySlope = FusedSteps.Data(dk), ValueSlope = FusedSteps.Data(dv),
        };
        FusedSteps.Share(shape.Tasks, 1, (first, end) => AttentionKernel.Backward(shape, memory, first, end));
        GC.KeepAlive((saved, slope));
        return [dq, dk, dv];
    }

    private static (Tensor Mixed, Tensor LogSums) Forward(Tensor query, Tensor key, Tensor value)
    {
        var shape = Shape(query, key);
        var mixed = empty(shape.Batch, shape.Time, (long)shape.Heads * shape.HeadWidth);                  // (batch, time, heads · d)
        var logSums = empty(shape.Batch, shape.Heads, (long)shape.PaddedTime);                            // (batch, heads, paddedTime)
        float* q = FusedSteps.Data(query), k = FusedSteps.Data(key), v = FusedSteps.Data(value);
        float* o = FusedSteps.Data(mixed), sums = FusedSteps.Data(logSums);
        FusedSteps.Share(shape.Tasks, 1, (first, end) => AttentionKernel.Forward(shape, q, k, v, o, sums, first, end));
        GC.KeepAlive((query, key, value));
        return (mixed, logSums);
    }

    private static AttentionShape Shape(Tensor query, Tensor key) =>
        new((int)query.size(0), (int)query.size(1), (int)query.size(2), (int)key.size(2), (int)query.size(3));
}
