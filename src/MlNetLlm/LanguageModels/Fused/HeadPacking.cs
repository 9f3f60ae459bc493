using System.Runtime.Intrinsics;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>Copies one head out of a tensor (batch, time, heads, d) into a small dense matrix, padded with zeros, and back.</summary>
internal static unsafe class HeadPacking
{
    /// <summary>First number of a head in a tensor (batch, time, heads, d).</summary>
    internal static float* At(float* tensor, in AttentionShape shape, int row, int head, int heads) =>
        tensor + ((((long)row * shape.Time * heads) + head) * shape.HeadWidth);

    /// <summary>(time, d) to (paddedTime, paddedWidth); the padding must be zero already.</summary>
    internal static void Copy(float* head, int heads, in AttentionShape shape, float* packed, float scale = 1) =>
        Rows(head, heads * shape.HeadWidth, packed, shape.PaddedWidth, shape.Time, shape.HeadWidth, scale);

    /// <summary>(time, d) to (paddedWidth, paddedTime); the padding must be zero already.</summary>
    internal static void CopyTransposed(float* head, int heads, in AttentionShape shape, float* packed, float scale = 1)
    {
        var (time, stride) = (shape.PaddedTime, heads * shape.HeadWidth);
        var t = 0;
        for (; t + 4 <= shape.Time; t += 4, head += 4 * stride)
        {
            float* second = head + stride, third = second + stride, fourth = third + stride, to = packed + t;
            for (var i = 0; i < shape.HeadWidth; i++, to += time)
                (Vector128.Create(head[i], second[i], third[i], fourth[i]) * scale).Store(to);
        }
        for (; t < shape.Time; t++, head += stride)
            for (var i = 0; i < shape.HeadWidth; i++)
                packed[(i * time) + t] = head[i] * scale;
    }

    /// <summary>Rows from <paramref name="first"/> on, (rows, paddedWidth), to a head of a tensor.</summary>
    internal static void Return(float* packed, int rows, int first, float* head, int heads, in AttentionShape shape, float scale = 1)
    {
        var stride = heads * shape.HeadWidth;
        Rows(packed, shape.PaddedWidth, head + ((long)first * stride), stride, Math.Min(rows, shape.Time - first), shape.HeadWidth, scale);
    }

    private static void Rows(float* from, int fromStride, float* to, int toStride, int rows, int width, float scale)
    {
        var lanes = Vector256<float>.Count;
        for (var t = 0; t < rows; t++, from += fromStride, to += toStride)
        {
            var i = 0;
            for (; i <= width - lanes; i += lanes)
                (Vector256.Load(from + i) * scale).Store(to + i);
            for (; i < width; i++)
                to[i] = from[i] * scale;
        }
    }
}
