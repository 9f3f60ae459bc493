using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Reads the numbers of tensors of any device and type.</summary>
internal static class TensorNumbers
{
    /// <summary>The numbers of a tensor, row after row. They die with the dispose scope that is open, and there must be one.</summary>
    public static ReadOnlySpan<float> Of(Tensor tensor) =>
        MemoryMarshal.Cast<byte, float>(tensor.detach().to(ScalarType.Float32).cpu().contiguous().bytes);
}
