using MlNetLlm.Persistence;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>The content of Benchmarks.json, which is part of the assembly.</summary>
internal sealed record BenchmarkTable
{
    public required int Version { get; init; }

    public required IReadOnlyList<Benchmark> Benchmarks { get; init; }

    public static BenchmarkTable Load()
    {
        using var stream = typeof(BenchmarkTable).Assembly.GetManifestResourceStream(typeof(BenchmarkTable), "Benchmarks.json")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return StrictJson.Parse<BenchmarkTable>(bytes.ToArray(), "Benchmarks.json");
    }
}
