using System.Runtime.InteropServices;

namespace MlNetLlm.Probes;

/// <summary>
/// Rows of numbers, all of one length. Few stay in memory; more than that go to a temporary file, deleted with the rows, so memory stays
/// bounded whatever the number of rows.
/// </summary>
/// <param name="width">Numbers a row; 1 or more.</param>
/// <param name="cacheBytes">Bytes that stay in memory at most.</param>
internal sealed class ProbeRows(int width, long cacheBytes) : IDisposable
{
    private const int BlockRows = 1024;

    private readonly List<float[]> _blocks = [];
    private FileStream? _file;

    /// <summary>Numbers a row.</summary>
    public int Width { get; } = width;

    /// <summary>How many rows there are.</summary>
    public long Count { get; private set; }

    /// <summary>Whether <see cref="Row"/> serves.</summary>
    public bool InMemory => _file is null;

    /// <summary>Adds a row at the end.</summary>
    public void Add(ReadOnlySpan<float> row)
    {
        if (_file is null && (Count + 1) * Width * sizeof(float) > cacheBytes) Spill();
        if (_file is not null)
            _file.Write(MemoryMarshal.AsBytes(row));
        else
        {
            if (Count == (long)_blocks.Count * BlockRows) _blocks.Add(new float[BlockRows * Width]);
            row.CopyTo(_blocks[^1].AsSpan((int)(Count % BlockRows) * Width));
        }
        Count++;
    }

    /// <summary>A row in memory.</summary>
    public Span<float> Row(long row) => _blocks[(int)(row / BlockRows)].AsSpan((int)(row % BlockRows) * Width, Width);

    /// <summary>Copies neighbouring rows.</summary>
    public void Read(RowRange rows, Span<float> target)
    {
        if (_file is null)
        {
            for (var i = 0; i < rows.Count; i++) Row(rows.First + i).CopyTo(target[(i * Width)..]);
            return;
        }
        _file.Flush();
        var bytes = MemoryMarshal.AsBytes(target[..(rows.Count * Width)]);
        for (var (offset, read) = (rows.First * Width * sizeof(float), 0); bytes.Length > 0; bytes = bytes[read..], offset += read)
            if ((read = RandomAccess.Read(_file.SafeFileHandle, bytes, offset)) == 0)
                throw new InvalidDataException($"The temporary file '{_file.Name}' was cut while in use.");
    }

    public void Dispose() => _file?.Dispose();

    private void Spill()
    {
        _file = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20,
            FileOptions.DeleteOnClose);
        for (var row = 0L; row < Count; row++) _file.Write(MemoryMarshal.AsBytes(Row(row)));
        _blocks.Clear();
    }
}
