using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>The element types of safetensors files that the library reads: their name in the header, their size, torch's name.</summary>
internal sealed record SafetensorsType(string Name, int Size, ScalarType Torch)
{
    internal static IReadOnlyList<SafetensorsType> All { get; } =
    [
        new("F64", 8, ScalarType.Float64),
        new("I64", 8, ScalarType.Int64),
        new("F32", 4, ScalarType.Float32),
        new("I32", 4, ScalarType.Int32),
        new("BF16", 2, ScalarType.BFloat16),
        new("F16", 2, ScalarType.Float16),
        new("I16", 2, ScalarType.Int16),
        new("I8", 1, ScalarType.Int8),
        new("U8", 1, ScalarType.Byte),
        new("BOOL", 1, ScalarType.Bool),
    ];

    internal static string Known => string.Join(", ", All.Select(type => type.Name));

    internal static SafetensorsType? Named(string name) => All.FirstOrDefault(type => type.Name == name);

    internal static SafetensorsType? Of(ScalarType torch) => All.FirstOrDefault(type => type.Torch == torch);
}
