using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>Attention as a step of torch's graph.</summary>
/// <typeparam name="TFunction">The function itself, as torch wants it.</typeparam>
/// <param name="causal">Whether a query sees the keys up to its own place only.</param>
/// <param name="ownToken">Whether gradients go to a token's own key and value only.</param>
/// <param name="stride">Keys a query.</param>
internal abstract unsafe class AttentionFunction<TFunction>(bool causal, bool ownToken = false, int stride = 1)
    : autograd.SingleTensorFunction<TFunction>
    where TFunction : AttentionFunction<TFunction>, new()
{
    /// <inheritdoc/>
    public override string Name => typeof(TFunction).Name;

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (q, k, v) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var (mixed, logSums) = AttentionFunction.Forward(q, k, v, causal, stride);
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
        var shape = AttentionFunction.Shape(q, k, causal, stride);
        var memory = new AttentionMemory
        {
            Query = FusedSteps.Data(q), Key = FusedSteps.Data(k), Value = FusedSteps.Data(v), LogSums = FusedSteps.Data(logSums),
            Slope = FusedSteps.Data(slope),
            QuerySlope = FusedSteps.Data(dq), KeySlope = FusedSteps.Data(dk), ValueSlope = FusedSteps.Data(dv),
        };
        FusedSteps.Share(shape.Tasks, 1, (first, end) => AttentionKernel.Backward(shape, memory, first, end, ownToken));
        GC.KeepAlive((saved, slope));
        return [dq, dk, dv];
    }
}

/// <summary>The forward pass of attention, with or without a graph.</summary>
internal static unsafe class AttentionFunction
{
    /// <summary>q (batch, time, heads, d), k and v (batch, stride · time, keyHeads, d) to mixed values and each row's log Σ exp.</summary>
    internal static (Tensor Mixed, Tensor LogSums) Forward(Tensor query, Tensor key, Tensor value, bool causal, int stride = 1)
    {
        var shape = Shape(query, key, causal, stride);
        var mixed = empty(shape.Batch, shape.Time, (long)shape.Heads * shape.HeadWidth);                  // (batch, time, heads · d)
        var logSums = empty(shape.Batch, shape.Heads, (long)shape.PaddedTime);                            // (batch, heads, paddedTime)
        float* q = FusedSteps.Data(query), k = FusedSteps.Data(key), v = FusedSteps.Data(value);
        float* o = FusedSteps.Data(mixed), sums = FusedSteps.Data(logSums);
        FusedSteps.Share(shape.Tasks, 1, (first, end) => AttentionKernel.Forward(shape, q, k, v, o, sums, first, end));
        GC.KeepAlive((query, key, value));
        return (mixed, logSums);
    }

    /// <summary>The sizes of an attention.</summary>
    internal static AttentionShape Shape(Tensor query, Tensor key, bool causal, int stride) => new(
        (int)query.size(0), (int)query.size(1), (int)query.size(2), (int)key.size(2), (int)query.size(3), causal, stride);
}
