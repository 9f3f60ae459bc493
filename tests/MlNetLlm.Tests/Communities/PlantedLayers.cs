using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

/// <summary>
/// Layers with planted localisation: 32 data sets (4 functions × 4 skills × 2 surfaces), 56 modules in 4 areas; importance is
/// 1 + 0.1 · (noise + step where the module's area is the data set's function).
/// </summary>
internal sealed record PlantedLayers(NamedMatrix Counts, NamedMatrix Importance, Partition Functions, Partition Skills)
{
    /// <summary>The planted areas of the 56 modules.</summary>
    public static Partition Areas { get; } = Partition.Of(Enumerable.Range(0, 56).Select(w => w % 4));

    /// <summary>The functions of the 16 skills.</summary>
    public static Partition SkillFunctions { get; } = Partition.Of(Enumerable.Range(0, 16).Select(s => s / 4));

    public static PlantedLayers Draw(double step, int seed)
    {
        var random = new Random(seed);
        var (counts, importance) = (new double[32, 16], new double[32, 56]);
        for (var d = 0; d < 32; d++)
        {
            counts[d, d / 2] = 1;
            for (var w = 0; w < 56; w++)
            {
                var noise = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                importance[d, w] = Math.Max(0, 1 + 0.1 * (noise + (w % 4 == d / 8 ? step : 0)));
            }
        }

        string[] dataSets = [.. Enumerable.Range(0, 32).Select(d => $"set {d}")];
        return new PlantedLayers(
            new NamedMatrix(dataSets, [.. Enumerable.Range(0, 16).Select(s => $"skill {s}")], counts),
            new NamedMatrix(dataSets, [.. Enumerable.Range(0, 56).Select(w => $"module {w}")], importance),
            Partition.Of(Enumerable.Range(0, 32).Select(d => d / 8)),
            Partition.Of(Enumerable.Range(0, 32).Select(d => d / 2)));
    }
}
