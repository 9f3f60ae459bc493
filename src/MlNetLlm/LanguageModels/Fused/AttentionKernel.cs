using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlNetLlm.LanguageModels.Managed;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>
/// Attention, head by head and a block of sixteen queries at a time: scores, softmax and mixture of a block stay in the cache, and keys
/// that a causal block does not see are never touched. The backward pass computes the weights again from each row's log Σ exp (Dao et al.
/// 2022).
/// </summary>
internal static unsafe class AttentionKernel
{
    private const int Block = AttentionShape.Block;

    /// <summary>o = softmax(q kᵀ / √d) v and each row's log Σ exp, for tasks first to end − 1.</summary>
    internal static void Forward(AttentionShape s, float* q, float* k, float* v, float* o, float* logSums, int first, int end)
    {
        var of = s.OfKeys;
        var (time, keyTime, width) = (s.PaddedTime, of.PaddedTime, s.PaddedWidth);
        using FloatMemory queries = new(time, width), values = new(keyTime, width), keys = new(width, keyTime);
        using FloatMemory scores = new(Block, keyTime), mixed = new(Block, width);
        for (var task = first; task < end; task++)
        {
            var (row, keyHead) = Math.DivRem(task, s.KeyHeads);
            HeadPacking.CopyTransposed(HeadPacking.At(k, of, row, keyHead, s.KeyHeads), s.KeyHeads, of, keys.Start, s.Scale);
            HeadPacking.Copy(HeadPacking.At(v, of, row, keyHead, s.KeyHeads), s.KeyHeads, of, values.Start);
            for (var head = keyHead * s.Group; head < (keyHead + 1) * s.Group; head++)
            {
                HeadPacking.Copy(HeadPacking.At(q, s, row, head, s.Heads), s.Heads, s, queries.Start);
                var sums = logSums + ((((long)row * s.Heads) + head) * time);
                for (var i = 0; i < s.Time; i += Block)
                {
                    var seen = s.Seen(i);
                    SmallProducts.Multiply(
                        Block, seen, width, queries.Row(i), width, 1, keys.Start, keyTime, scores.Start, keyTime, add: false);
                    for (var r = 0; r < Block; r++)
                        sums[i + r] = Softmax(scores.Row(r), s.Last(i + r), seen);
                    SmallProducts.Multiply(
                        Block, width, seen, scores.Start, keyTime, 1, values.Start, width, mixed.Start, width, add: false);
                    HeadPacking.Return(mixed.Start, Block, i, HeadPacking.At(o, s, row, head, s.Heads), s.Heads, s);
                }
            }
        }
    }

    /// <summary>
    /// With P the weights and g = dL/do: dv = Pᵀ g, dP = g vᵀ, dS = P ⊙ (dP − rowsum(P ⊙ dP)), dq = dS k / √d, dk = dSᵀ q / √d.
    /// </summary>
    /// <remarks>With <paramref name="ownToken"/>, dv and dk get the diagonals of P and dS only.</remarks>
    internal static void Backward(AttentionShape s, AttentionMemory m, int first, int end, bool ownToken = false)
    {
        var of = s.OfKeys;
        var (time, keyTime, width) = (s.PaddedTime, of.PaddedTime, s.PaddedWidth);
        using FloatMemory queries = new(time, width), slopes = new(time, width), keys = new(keyTime, width);
        using FloatMemory keysAcross = new(width, keyTime), valuesAcross = new(width, keyTime);
        using FloatMemory weights = new(Block, keyTime), gradients = new(Block, keyTime), dq = new(Block, width);
        for (var task = first; task < end; task++)
        {
            var (row, keyHead) = Math.DivRem(task, s.KeyHeads);
            var key = HeadPacking.At(m.Key, of, row, keyHead, s.KeyHeads);
            HeadPacking.Copy(key, s.KeyHeads, of, keys.Start, s.Scale);
            HeadPacking.CopyTransposed(key, s.KeyHeads, of, keysAcross.Start, s.Scale);
            HeadPacking.CopyTransposed(HeadPacking.At(m.Value, of, row, keyHead, s.KeyHeads), s.KeyHeads, of, valuesAcross.Start);
            using FloatMemory dk = new(keyTime, width), dv = new(keyTime, width);
            for (var head = keyHead * s.Group; head < (keyHead + 1) * s.Group; head++)
            {
                HeadPacking.Copy(HeadPacking.At(m.Query, s, row, head, s.Heads), s.Heads, s, queries.Start);
                HeadPacking.Copy(HeadPacking.At(m.Slope, s, row, head, s.Heads), s.Heads, s, slopes.Start);
                var sums = m.LogSums + ((((long)row * s.Heads) + head) * time);
                for (var i = 0; i < s.Time; i += Block)
                {
                    var seen = s.Seen(i);
                    SmallProducts.Multiply(
                        Block, seen, width, queries.Row(i), width, 1, keysAcross.Start, keyTime, weights.Start, keyTime, add: false);
                    SmallProducts.Multiply(
                        Block, seen, width, slopes.Row(i), width, 1, valuesAcross.Start, keyTime, gradients.Start, keyTime, add: false);
                    for (var r = 0; r < Block; r++)
                        ThroughSoftmax(weights.Row(r), gradients.Row(r), sums[i + r], s.Last(i + r), seen);
                    SmallProducts.Multiply(
                        Block, width, seen, gradients.Start, keyTime, 1, keys.Start, width, dq.Start, width, add: false);
                    HeadPacking.Return(dq.Start, Block, i, HeadPacking.At(m.QuerySlope, s, row, head, s.Heads), s.Heads, s);
                    if (ownToken)
                    {
                        AddDiagonal(gradients, i, queries, dk, width);
                        AddDiagonal(weights, i, slopes, dv, width);
                        continue;
                    }
                    SmallProducts.Multiply(
                        seen, width, Block, gradients.Start, 1, keyTime, queries.Row(i), width, dk.Start, width, add: true);
                    SmallProducts.Multiply(
                        seen, width, Block, weights.Start, 1, keyTime, slopes.Row(i), width, dv.Start, width, add: true);
                }
            }
            HeadPacking.Return(
                dk.Start, of.Time, 0, HeadPacking.At(m.KeySlope, of, row, keyHead, s.KeyHeads), s.KeyHeads, of, s.Scale);
            HeadPacking.Return(dv.Start, of.Time, 0, HeadPacking.At(m.ValueSlope, of, row, keyHead, s.KeyHeads), s.KeyHeads, of);
        }
    }

    /// <summary>to[t] += square[t, t] · from[t] for the rows of the block at <paramref name="start"/>; padding is 0 in both.</summary>
    private static void AddDiagonal(FloatMemory square, int start, FloatMemory from, FloatMemory to, int width)
    {
        for (var r = 0; r < Block; r++)
        {
            var factor = Vector512.Create(square.Row(r)[start + r]);
            float* x = from.Row(start + r), y = to.Row(start + r);
            for (var i = 0; i < width; i += Block)
                Vector512.FusedMultiplyAdd(factor, Vector512.Load(x + i), Vector512.Load(y + i)).Store(y + i);
        }
    }

    /// <summary>A row sees the keys up to <paramref name="key"/>: turns its scores into weights, those up to
    /// <paramref name="seen"/> into 0.</summary>
    /// <returns>log Σ exp(score).</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Softmax(float* x, int key, int seen)
    {
        var start = key / Block * Block;
        var visible = Visible(key - start);
        var last = Vector512.ConditionalSelect(visible, Vector512.Load(x + start), Vector512.Create(float.NegativeInfinity));
        var top = last;
        for (var t = 0; t < start; t += Block)
            top = Vector512.Max(top, Vector512.Load(x + t));
        var highest = top[0];
        for (var i = 1; i < Block; i++)
            highest = MathF.Max(highest, top[i]);
        var max = Vector512.Create(highest);
        last = VectorMath.Exp(last - max) & visible;
        var sums = last;
        for (var t = 0; t < start; t += Block)
        {
            var e = VectorMath.Exp(Vector512.Load(x + t) - max);
            sums += e;
            e.Store(x + t);
        }
        var sum = Vector512.Sum(sums);
        var share = Vector512.Create(1 / sum);
        for (var t = 0; t < start; t += Block)
            (Vector512.Load(x + t) * share).Store(x + t);
        (last * share).Store(x + start);
        Clear(x, start + Block, seen);
        return highest + MathF.Log(sum);
    }

    /// <summary>Turns a row's scores into weights P, and dP into dS.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThroughSoftmax(float* weights, float* gradients, float logSum, int key, int seen)
    {
        var start = key / Block * Block;
        var (shift, visible) = (Vector512.Create(logSum), Visible(key - start));
        var sums = Vector512<float>.Zero;
        for (var t = 0; t <= start; t += Block)
        {
            var p = VectorMath.Exp(Vector512.Load(weights + t) - shift);
            if (t == start)
                p &= visible;
            p.Store(weights + t);
            sums = Vector512.FusedMultiplyAdd(p, Vector512.Load(gradients + t), sums);
        }
        var mean = Vector512.Create(Vector512.Sum(sums));
        for (var t = 0; t <= start; t += Block)
            (Vector512.Load(weights + t) * (Vector512.Load(gradients + t) - mean)).Store(gradients + t);
        Clear(weights, start + Block, seen);
        Clear(gradients, start + Block, seen);
    }

    private static void Clear(float* x, int from, int end)
    {
        for (var t = from; t < end; t += Block)
            Vector512<float>.Zero.Store(x + t);
    }

    private static Vector512<float> Visible(int lane) =>
        Vector512.LessThanOrEqual(Vector512<int>.Indices, Vector512.Create(lane)).AsSingle();
}
