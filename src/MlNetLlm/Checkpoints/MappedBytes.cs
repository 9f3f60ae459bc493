using System.IO.MemoryMappedFiles;

namespace MlNetLlm.Checkpoints;

/// <summary>The bytes of a mapped window as a span, for as long as this lives.</summary>
internal sealed unsafe class MappedBytes : IDisposable
{
    private readonly MemoryMappedViewAccessor _window;
    private readonly byte* _start;

    internal MappedBytes(MemoryMappedViewAccessor window)
    {
        _window = window;
        byte* start = null;
        window.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + window.PointerOffset;
    }

    /// <summary>The first bytes of the window (its own capacity may be rounded up to whole pages).</summary>
    internal ReadOnlySpan<byte> Take(int length) => new(_start, length);

    public void Dispose() => _window.SafeMemoryMappedViewHandle.ReleasePointer();
}
