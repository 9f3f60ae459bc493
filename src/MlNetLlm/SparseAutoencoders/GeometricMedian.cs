using System.Numerics.Tensors;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>The point with the least sum of distances to given points (Weiszfeld 1937).</summary>
internal static class GeometricMedian
{
    private const int MostSteps = 100;
    private const double Still = 1e-6;      // of the points' mean distance

    /// <summary>m ← Σ xᵢ / |xᵢ − m| ÷ Σ 1 / |xᵢ − m|, from the mean on, until it hardly moves.</summary>
    /// <param name="points">(n, d), n at least 1.</param>
    /// <param name="width">d.</param>
    /// <returns>(d).</returns>
    public static float[] Of(ReadOnlySpan<float> points, int width)
    {
        var count = points.Length / width;
        var median = new float[width];
        var next = new double[width];
        for (var i = 0; i < points.Length; i++) next[i % width] += points[i];
        for (var i = 0; i < width; i++) median[i] = (float)(next[i] / count);
        for (var step = 0; step < MostSteps; step++)
        {
            Array.Clear(next);
            var (weights, distances) = (0.0, 0.0);
            for (var row = 0; row < count; row++)
            {
                var point = points.Slice(row * width, width);
                var distance = TensorPrimitives.Distance<float>(point, median);
                var weight = 1 / Math.Max(distance, 1e-12);
                for (var i = 0; i < width; i++) next[i] += weight * point[i];
                (weights, distances) = (weights + weight, distances + distance);
            }
            var moved = 0.0;
            for (var i = 0; i < width; i++)
            {
                var to = (float)(next[i] / weights);
                moved += ((double)to - median[i]) * ((double)to - median[i]);
                median[i] = to;
            }
            if (Math.Sqrt(moved) <= Still * distances / count) break;
        }
        return median;
    }
}
