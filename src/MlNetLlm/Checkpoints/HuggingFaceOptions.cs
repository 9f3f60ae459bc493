using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>How <see cref="HuggingFaceFolder"/> reads and writes weights.</summary>
public sealed record HuggingFaceOptions
{
    /// <summary>Type of the weights: in memory when reading, in the files when writing. Float32, BFloat16 or Float16.</summary>
    /// <value>Float32.</value>
    public ScalarType Weights { get; init; } = ScalarType.Float32;

    /// <summary>Most bytes of weights in one file; what is more goes to further files with an index.</summary>
    /// <value>5 GB.</value>
    public long MaxShardBytes { get; init; } = 5_000_000_000;

    /// <summary>What a safetensors file may contain at most.</summary>
    /// <value><see cref="SafetensorsLimits.Default"/>.</value>
    public SafetensorsLimits Limits { get; init; } = SafetensorsLimits.Default;
}
