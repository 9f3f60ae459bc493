namespace MlNetLlm.Checkpoints;

/// <summary>What a safetensors file may contain at most; checked before anything is allocated for it.</summary>
public sealed record SafetensorsLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static SafetensorsLimits Default { get; } = new();

    /// <summary>Bytes of the JSON header.</summary>
    /// <value>16 MiB.</value>
    public int MaxHeaderBytes { get; init; } = 16 << 20;

    /// <summary>Number of tensors.</summary>
    /// <value>100,000.</value>
    public int MaxTensors { get; init; } = 100_000;

    /// <summary>Dimensions of a tensor.</summary>
    /// <value>8.</value>
    public int MaxRank { get; init; } = 8;

    /// <summary>Bytes of a tensor's name as it stands in the header.</summary>
    /// <value>1,024.</value>
    public int MaxNameBytes { get; init; } = 1_024;
}
