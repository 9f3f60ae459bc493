using System.Runtime.Intrinsics;

namespace MlNetLlm.LanguageModels.Managed;

/// <summary>Rotates queries and keys and mixes cached values, one row at a time.</summary>
internal sealed unsafe class DecoderAttention : IDisposable
{
    private readonly TransformerConfig _config;
    private readonly float[] _cos;
    private readonly float[] _sin;
    private readonly FloatMemory _scores;
    private readonly FloatMemory _query;

    internal DecoderAttention(TransformerConfig config, int capacity)
    {
        _config = config;
        Cache = null!;
        (_cos, _sin) = config.Positions == PositionKind.Rotary ? Table(config, capacity) : ([], []);
        _scores = new FloatMemory(1, capacity + DecoderCache.Block);
        _query = new FloatMemory(1, config.HeadWidth);
    }

    internal required DecoderCache Cache { get; init; }

    /// <summary>Turns the first r components of each of a row's heads by the angles of a position, in place.</summary>
    internal void Rotate(float* x, int heads, int position)
    {
        if (_config.Positions != PositionKind.Rotary)
            return;
        var (r, half) = (_config.RotaryWidth, _config.RotaryWidth / 2);
        var (step, next) = _config.Rotary == RotaryLayout.Halves ? (half, 1) : (1, 2);
        fixed (float* cos = &_cos[position * r], sin = &_sin[position * r])
            for (var h = 0; h < heads; h++, x += _config.HeadWidth)
                for (var i = 0; i < half; i++)
                {
                    var (first, second) = (i * next, (i * next) + step);
                    var (a, b) = (x[first], x[second]);
                    x[first] = (a * cos[first]) + (b * sin[first]);
                    x[second] = (b * cos[second]) + (a * sin[second]);
                }
    }

    /// <summary>softmax(q kᵀ / √d) v over the positions a row may see, all heads of one row.</summary>
    internal void Mix(int layer, int stream, int position, float* query, float* mixed)
    {
        var (d, group) = (_config.HeadWidth, _config.Heads / _config.KeyValueHeads);
        var first = _config.SlidingWindow is { } window ? Math.Max(0, position + 1 - window) : 0;
        var start = first / DecoderCache.Block * DecoderCache.Block;
        float* q = _query.Start, scores = _scores.Start;
        var scale = (float)(1 / Math.Sqrt(d));
        for (var h = 0; h < _config.Heads; h++)
        {
            for (var i = 0; i < d; i++)
                q[i] = query[(h * d) + i] * scale;
            Score(q, Cache.Keys(layer, stream, h / group) + start, scores, position + 1 - start);
            Softmax(scores, first - start, position + 1 - start);
            var values = new Matrix(Cache.Values(layer, stream, h / group) + start, null, d, Padded(position + 1 - start), Cache.Stride);
            values.Multiply(scores, 0, mixed + (h * d), 0, 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scores.Dispose();
        _query.Dispose();
    }

    private static int Padded(int count) => (count + VectorMath.Lanes - 1) / VectorMath.Lanes * VectorMath.Lanes;

    /// <summary>scores[t] = Σᵢ q[i] keys[i, t], in whole blocks.</summary>
    private void Score(float* q, float* keys, float* scores, int count)
    {
        const int lanes = VectorMath.Lanes;
        var (d, stride) = (_config.HeadWidth, Cache.Stride);
        for (var t = 0; t < count; t += DecoderCache.Block)
        {
            Vector512<float> a = default, b = default, c = default, e = default;
            var key = keys + t;
            for (var i = 0; i < d; i++, key += stride)
            {
                var v = Vector512.Create(q[i]);
                a = Vector512.FusedMultiplyAdd(v, Vector512.Load(key), a);
                b = Vector512.FusedMultiplyAdd(v, Vector512.Load(key + lanes), b);
                c = Vector512.FusedMultiplyAdd(v, Vector512.Load(key + (2 * lanes)), c);
                e = Vector512.FusedMultiplyAdd(v, Vector512.Load(key + (3 * lanes)), e);
            }
            a.Store(scores + t);
            b.Store(scores + t + lanes);
            c.Store(scores + t + (2 * lanes));
            e.Store(scores + t + (3 * lanes));
        }
    }

    /// <summary>Makes scores [first, end) a distribution and those around them, up to whole vectors, zero.</summary>
    private static void Softmax(float* scores, int first, int end)
    {
        const int lanes = VectorMath.Lanes;
        new Span<float>(scores, first).Fill(float.NegativeInfinity);
        new Span<float>(scores + end, Padded(end) - end).Fill(float.NegativeInfinity);
        var top = Vector512.Load(scores);
        for (var t = lanes; t < end; t += lanes)
            top = Vector512.Max(top, Vector512.Load(scores + t));
        var highest = top[0];
        for (var lane = 1; lane < lanes; lane++)
            highest = MathF.Max(highest, top[lane]);
        var (max, sum) = (Vector512.Create(highest), Vector512<float>.Zero);
        for (var t = 0; t < end; t += lanes)
        {
            var x = Vector512.Load(scores + t) - max;
            var e = Vector512.AndNot(VectorMath.Exp(x), Vector512.Equals(x, Vector512.Create(float.NegativeInfinity)));
            sum += e;
            e.Store(scores + t);
        }
        var share = Vector512.Create(1 / Vector512.Sum(sum));
        for (var t = 0; t < end; t += lanes)
            (Vector512.Load(scores + t) * share).Store(scores + t);
    }

    private static (float[] Cos, float[] Sin) Table(TransformerConfig config, int capacity)
    {
        var (cos, sin) = RotaryMath.Table(capacity, config.RotaryWidth, config.RotaryBase, config.Rotary);
        return (Array.ConvertAll(cos, x => (float)x), Array.ConvertAll(sin, x => (float)x));
    }
}
