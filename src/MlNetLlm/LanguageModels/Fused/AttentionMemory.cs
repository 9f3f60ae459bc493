namespace MlNetLlm.LanguageModels.Fused;

/// <summary>What the backward pass of attention reads and writes. Tensors are (batch, time, heads, d), contiguous.</summary>
internal unsafe struct AttentionMemory
{
    internal float* Query, Key, Value, Slope, LogSums;

    internal float* QuerySlope, KeySlope, ValueSlope;
}
