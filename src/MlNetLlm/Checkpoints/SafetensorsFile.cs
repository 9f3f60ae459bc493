using System.IO.MemoryMappedFiles;
using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>
/// An open safetensors file. Data is memory-mapped a window at a time and copied straight to its tensor, so that reading needs no more
/// memory than the tensors themselves. The file must not be cut while it is open.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly Dictionary<string, SafetensorsEntry> _entries;
    private readonly MemoryMappedFile? _map;
    private readonly string _path;

    private SafetensorsFile(string path, SafetensorsHeader header, MemoryMappedFile? map)
    {
        (_path, Header, _map) = (path, header, map);
        _entries = header.Tensors.ToDictionary(entry => entry.Name);
    }

    /// <summary>What the file says about itself, checked.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Opens a file and checks its header; data is not touched.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">Null = <see cref="SafetensorsLimits.Default"/>.</param>
    /// <exception cref="InvalidDataException">The file breaks a rule; the message names the tensor and the fact.</exception>
    public static SafetensorsFile Open(string path, SafetensorsLimits? limits = null)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            var header = SafetensorsHeader.Read(stream, limits ?? SafetensorsLimits.Default, path);
            if (stream.Length > header.DataStart)
                return new SafetensorsFile(path, header, MemoryMappedFile.CreateFromFile(
                    stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false));
            stream.Dispose();
            return new SafetensorsFile(path, header, null);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    /// <param name="name">The name.</param>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Type, shape and place of a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="InvalidDataException">There is none of this name.</exception>
    public SafetensorsEntry Entry(string name) => _entries.TryGetValue(name, out var entry)
        ? entry
        : throw SafetensorsHeader.Fault(_path, $"there is no tensor '{name}' among the {_entries.Count} in the file.");

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Type to convert to, such as Float32 for a BF16 file; null = as stored.</param>
    /// <returns>A new tensor on the CPU.</returns>
    public Tensor Read(string name, ScalarType? type = null)
    {
        var entry = Entry(name);
        var result = empty([.. entry.Shape], type ?? entry.Type);
        ReadInto(name, result);
        return result;
    }

    /// <summary>Reads one tensor into an existing one of the same shape, converting to its type.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="target">Takes the values.</param>
    public void ReadInto(string name, Tensor target)
    {
        var entry = Entry(name);
        if (!target.shape.AsSpan().SequenceEqual([.. entry.Shape]))
            throw SafetensorsHeader.Fault(_path, $"tensor '{name}' has shape ({string.Join(", ", entry.Shape)}), "
                + $"expected ({string.Join(", ", target.shape)}).");
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        if (target.is_cpu() && target.is_contiguous() && target.dtype == entry.Type)
            CopyInto(entry, target.detach().view(-1));
        else if (target.is_contiguous())
            ConvertInto(entry, target.detach().view(-1));
        else
            target.detach().copy_(Read(name));
    }

    /// <inheritdoc/>
    public void Dispose() => _map?.Dispose();

    private void CopyInto(SafetensorsEntry entry, Tensor flat)
    {
        foreach (var (start, count) in Pieces(entry, 8 << 20))
        {
            using var piece = flat.narrow(0, start, count);
            Copy(entry, start, piece);
        }
    }

    private void ConvertInto(SafetensorsEntry entry, Tensor flat)
    {
        foreach (var (start, count) in Pieces(entry, 4 << 20))
        {
            using var scope = NewDisposeScope();
            var stored = empty(count, entry.Type);
            Copy(entry, start, stored);
            flat.narrow(0, start, count).copy_(stored);
        }
    }

    private void Copy(SafetensorsEntry entry, long start, Tensor piece)
    {
        var size = entry.Bytes / entry.Count;
        var length = (int)(piece.numel() * size);
        using var window = _map!.CreateViewAccessor(Header.DataStart + entry.Begin + start * size, length, MemoryMappedFileAccess.Read);
        using var mapped = new MappedBytes(window);
        var bytes = mapped.Take(length);
        if (entry.Type == ScalarType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
            throw SafetensorsHeader.Fault(_path, $"tensor '{entry.Name}' of dtype BOOL holds a byte that is neither 0 nor 1.");
        bytes.CopyTo(piece.bytes);
    }

    private static IEnumerable<(long Start, long Count)> Pieces(SafetensorsEntry entry, long maxBytes)
    {
        var count = entry.Count;
        var most = count == 0 ? 1 : Math.Max(1, maxBytes / (entry.Bytes / count));
        for (var start = 0L; start < count; start += most)
            yield return (start, Math.Min(most, count - start));
    }
}
