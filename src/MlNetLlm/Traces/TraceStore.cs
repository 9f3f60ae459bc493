using System.IO.MemoryMappedFiles;

namespace MlNetLlm.Traces;

/// <summary>
/// Rows of one size in a temporary file that goes with the store: written one after the other, then mapped and read anywhere. The system
/// keeps in memory what it has room for.
/// </summary>
internal sealed class TraceStore(int stride) : IDisposable
{
    private readonly FileStream _file = new(
        Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20,
        FileOptions.DeleteOnClose);

    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;

    public long Rows { get; private set; }

    public void Add(ReadOnlySpan<byte> row)
    {
        _file.Write(row);
        Rows++;
    }

    /// <summary>Ends the writing.</summary>
    public void Complete()
    {
        _file.Flush();
        if (Rows == 0) return;              // an empty file cannot be mapped
        _map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    public void Read(long row, Span<byte> target) => _view!.SafeMemoryMappedViewHandle.ReadSpan((ulong)(row * stride), target[..stride]);

    public void Dispose()
    {
        _view?.Dispose();
        _map?.Dispose();
        _file.Dispose();
    }
}
