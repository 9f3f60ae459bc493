using System.Runtime.CompilerServices;
using TorchSharp;

namespace MlNetLlm.Tests;

/// <summary>How many tensors are alive, for tests of what is left behind.</summary>
/// <remarks>
/// Not <see cref="torch.Tensor.TotalCount"/>: finalizers of what earlier tests dropped lower it at any time, and TorchSharp 0.107 never
/// takes back the tensor a Parameter was made of.
/// </remarks>
internal static class LiveTensors
{
    /// <summary>Tensors made on this thread and not disposed of on it, whatever finalizers do meanwhile.</summary>
    public static long OnThread => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    /// <summary>
    /// Tensors made on this thread and neither disposed of nor collected as garbage: finalizers have a thread of their own, whose count is
    /// the number they gave back, negative.
    /// </summary>
    public static long Reachable()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        FinalizerCount.Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return OnThread + Interlocked.Read(ref FinalizerCount.Value);
    }

    private sealed class FinalizerCount
    {
        public static long Value;

        ~FinalizerCount() => Interlocked.Exchange(ref Value, OnThread);

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Forget() => _ = new FinalizerCount();
    }
}
