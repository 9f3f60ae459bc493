using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlNetLlm.LanguageModels.Managed;

/// <summary>
/// y = x Wᵀ + b for a few rows x. Each output sums its products in one fixed order, whatever the number of rows, so that a row comes out
/// of a batch with the bits it has alone.
/// </summary>
/// <param name="weight">W, (outputs, inputs), row after row.</param>
/// <param name="bias">b, (outputs), or null.</param>
/// <param name="outputs">Rows of W.</param>
/// <param name="inputs">Columns of W.</param>
/// <param name="stride">Numbers from one row of W to the next.</param>
internal readonly unsafe struct Matrix(float* weight, float* bias, int outputs, int inputs, long stride)
{
    private const int Lanes = VectorMath.Lanes;

    internal int Outputs => outputs;

    internal int Inputs => inputs;

    /// <summary>Projects <paramref name="rows"/> rows; those of x and y lie xStride and yStride numbers apart.</summary>
    internal void Multiply(float* x, int xStride, float* y, int yStride, int rows)
    {
        var o = 0;
        for (; o + 4 <= outputs; o += 4)
        {
            var w = weight + (o * stride);
            var r = 0;
            for (; r + 2 <= rows; r += 2)
                FourByTwo(w, x + (r * xStride), xStride, y + (r * yStride) + o, yStride);
            if (r < rows)
                Four(w, x + (r * xStride), y + (r * yStride) + o);
        }
        for (; o < outputs; o++)
            for (var r = 0; r < rows; r++)
                y[(r * yStride) + o] = One(weight + (o * stride), x + (r * xStride));
        if (bias is null)
            return;
        for (var r = 0; r < rows; r++)
        {
            var row = new Span<float>(y + (r * yStride), outputs);
            TensorPrimitives.Add(row, new ReadOnlySpan<float>(bias, outputs), row);
        }
    }

    private void FourByTwo(float* w, float* x, int xStride, float* y, int yStride)
    {
        if (inputs < Lanes)
        {
            Four(w, x, y);
            Four(w, x + xStride, y + yStride);
            return;
        }
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride, x1 = x + xStride;
        for (var i = 0; i < inputs; i += Lanes)
        {
            var at = Math.Min(i, inputs - Lanes);
            Vector512<float> a = Load(x, at, i), b = Load(x1, at, i), v = Vector512.Load(w + at);
            (a0, b0) = (Vector512.FusedMultiplyAdd(v, a, a0), Vector512.FusedMultiplyAdd(v, b, b0));
            v = Vector512.Load(w1 + at);
            (a1, b1) = (Vector512.FusedMultiplyAdd(v, a, a1), Vector512.FusedMultiplyAdd(v, b, b1));
            v = Vector512.Load(w2 + at);
            (a2, b2) = (Vector512.FusedMultiplyAdd(v, a, a2), Vector512.FusedMultiplyAdd(v, b, b2));
            v = Vector512.Load(w3 + at);
            (a3, b3) = (Vector512.FusedMultiplyAdd(v, a, a3), Vector512.FusedMultiplyAdd(v, b, b3));
        }
        Store(a0, a1, a2, a3, y);
        Store(b0, b1, b2, b3, y + yStride);
    }

    private void Four(float* w, float* x, float* y)
    {
        if (inputs < Lanes)
        {
            for (var o = 0; o < 4; o++)
                y[o] = One(w + (o * stride), x);
            return;
        }
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default;
        float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
        for (var i = 0; i < inputs; i += Lanes)
        {
            var at = Math.Min(i, inputs - Lanes);
            var a = Load(x, at, i);
            a0 = Vector512.FusedMultiplyAdd(Vector512.Load(w + at), a, a0);
            a1 = Vector512.FusedMultiplyAdd(Vector512.Load(w1 + at), a, a1);
            a2 = Vector512.FusedMultiplyAdd(Vector512.Load(w2 + at), a, a2);
            a3 = Vector512.FusedMultiplyAdd(Vector512.Load(w3 + at), a, a3);
        }
        Store(a0, a1, a2, a3, y);
    }

    private float One(float* w, float* x)
    {
        if (inputs < Lanes)
        {
            var sum = 0f;
            for (var i = 0; i < inputs; i++)
                sum += w[i] * x[i];
            return sum;
        }
        var a = Vector512<float>.Zero;
        for (var i = 0; i < inputs; i += Lanes)
        {
            var at = Math.Min(i, inputs - Lanes);
            a = Vector512.FusedMultiplyAdd(Vector512.Load(w + at), Load(x, at, i), a);
        }
        return Vector512.Sum(a);
    }

    // The last vector reaches back over numbers already taken, which count as 0 in x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(float* x, int at, int wanted) =>
        at == wanted ? Vector512.Load(x + at) : Vector512.Load(x + at) & VectorMath.LastLanes(Lanes - (wanted - at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* y) =>
        (Sse.IsSupported
            ? Sums(Quarter(a), Quarter(b), Quarter(c), Quarter(d))
            : Vector128.Create(Vector512.Sum(a), Vector512.Sum(b), Vector512.Sum(c), Vector512.Sum(d))).Store(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Vector512<float> a)
    {
        var half = a.GetLower() + a.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    // The four sums side by side, turned over together: one after the other they cost as much as the products of a narrow matrix.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sums(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        var ab = Sse.UnpackLow(a, b) + Sse.UnpackHigh(a, b);            // a₀ + a₂, b₀ + b₂, a₁ + a₃, b₁ + b₃
        var cd = Sse.UnpackLow(c, d) + Sse.UnpackHigh(c, d);
        return Sse.MoveLowToHigh(ab, cd) + Sse.MoveHighToLow(cd, ab);   // the sums of a, b, c, d
    }
}
