using System.Runtime.InteropServices;

namespace MlNetLlm.LanguageModels.Managed;

/// <summary>Rows of float32 outside the managed heap, zero at first. Each begins at a cache line and ends with a whole vector.</summary>
internal sealed unsafe class FloatMemory : IDisposable
{
    private const int CacheLine = 64;

    internal FloatMemory(long rows, int width)
    {
        Stride = (width + VectorMath.Lanes - 1) / VectorMath.Lanes * VectorMath.Lanes;
        var bytes = checked((nuint)(Math.Max(1, rows) * Stride * sizeof(float)));
        Start = (float*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(Start, bytes);
    }

    ~FloatMemory() => Free();

    /// <summary>The first number.</summary>
    internal float* Start { get; private set; }

    /// <summary>Numbers from one row to the next.</summary>
    internal int Stride { get; }

    internal float* Row(long row) => Start + (row * Stride);

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Start);
        Start = null;
    }
}
