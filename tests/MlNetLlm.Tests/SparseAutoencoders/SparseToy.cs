using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.SparseAutoencoders;

namespace MlNetLlm.Tests.SparseAutoencoders;

/// <summary>Hidden states of width 8 that are sums of two of twelve directions, and options that learn them quickly.</summary>
internal static class SparseToy
{
    public const int Width = 8;

    public sealed class Row
    {
        [VectorType(Width)]
        public float[] Features { get; set; } = [];
    }

    public sealed class Rows
    {
        public float[] Features { get; set; } = [];
    }

    public static SparseAutoencoderOptions Quick { get; } = new()
    {
        Latents = 24, ActiveLatents = 3, BatchSize = 64, MaxRows = 6_400, LearningRate = 4e-4, SampleRows = 256,
    };

    public static float[][] States(int count, int seed = 1)
    {
        var (random, directions) = (new Random(seed), new Random(7));
        var planted = Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, Width).Select(_ => Normal(directions)).ToArray()).ToArray();
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var (a, b) = (planted[random.Next(12)], planted[random.Next(12)]);
            var (x, y) = (1 + random.NextDouble(), random.NextDouble());
            return a.Zip(b, (one, other) => (float)(3 + x * one + y * other + 0.02 * Normal(random))).ToArray();
        })];
    }

    public static IDataView View(MLContext ml, IEnumerable<float[]> states) =>
        ml.Data.LoadFromEnumerable(states.Select(state => new Row { Features = state }).ToList());

    public static float[] Flat(IEnumerable<float[]> states) => [.. states.SelectMany(state => state)];

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
