using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>When fused steps run: on contiguous float32 in CPU memory. All else takes libtorch's operators.</summary>
internal static unsafe class FusedSteps
{
    /// <summary>Whether a fused step can read and write this tensor's memory.</summary>
    internal static bool Apply(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous()
        && tensor.numel() <= int.MaxValue / sizeof(float);

    /// <summary>Whether a gradient will be asked of what is computed from these.</summary>
    internal static bool NeedGradient(params ReadOnlySpan<Tensor> inputs)
    {
        if (!is_grad_enabled())
            return false;
        foreach (var input in inputs)
            if (input.requires_grad)
                return true;
        return false;
    }

    /// <summary>The tensor's numbers; valid as long as the tensor is.</summary>
    internal static float* Data(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <summary>Shares items 0 to <paramref name="count"/> among as many threads as libtorch uses; parts are independent.</summary>
    internal static void Share(int count, int leastAPart, Action<int, int> part)
    {
        var parts = Math.Min(get_num_threads(), count / leastAPart);
        if (parts <= 1)
            part(0, count);
        else
            Parallel.For(0, parts, i => part((int)((long)count * i / parts), (int)((long)count * (i + 1) / parts)));
    }
}
