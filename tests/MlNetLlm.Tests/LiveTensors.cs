using TorchSharp;

namespace MlNetLlm.Tests;

/// <summary>How many tensors are alive, for tests of what is left behind.</summary>
/// <remarks>
/// Finalizers of what earlier tests dropped may run at any time and lower the number, so only a growth says something: take
/// <see cref="Settled"/> first and require that later counts are at most as high.
/// </remarks>
internal static class LiveTensors
{
    /// <summary>Now.</summary>
    public static long Count => torch.Tensor.TotalCount;

    /// <summary>After all that was dropped without disposing is gone, so that it cannot hide what the test leaves behind.</summary>
    public static long Settled()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return Count;
    }
}
