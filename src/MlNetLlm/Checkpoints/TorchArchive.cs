using System.IO.Compression;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>
/// A file of PyTorch's torch.save, read as data: tensors, texts and numbers by name. Its pickle may only say how tensors lie in their
/// storages; anything else in it is refused and nothing is run.
/// </summary>
internal sealed class TorchArchive : IDisposable
{
    private const int MaxPickleBytes = 1 << 20, MaxRank = 8;

    private sealed record Storage(ScalarType Type, string Key, long Count);

    /// <summary>A tensor's place in a storage.</summary>
    private sealed record Stored(Storage Storage, long Offset, long[] Shape, long[] Strides);

    private readonly ZipArchive _zip;
    private readonly string _path, _root;
    private readonly Dictionary<string, object?> _values;

    private TorchArchive(string path, ZipArchive zip)
    {
        (_path, _zip) = (path, zip);
        var pickles = zip.Entries.Where(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal)).ToList();
        if (pickles.Count != 1) throw Fault($"it holds {pickles.Count} data.pkl, expected one. Save it anew with torch.save");
        _root = pickles[0].FullName[..^"data.pkl".Length];
        if (zip.GetEntry($"{_root}byteorder") is { } order && !Bytes(order, 16).AsSpan().StartsWith("little"u8))
            throw Fault("its numbers are big endian");
        _values = PickleReader.Read(Bytes(pickles[0], MaxPickleBytes), path, Call, StorageOf) as Dictionary<string, object?>
            ?? throw Fault("it holds no dictionary of tensors");
    }

    /// <summary>The names of all values.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Opens a file; no tensor is read yet.</summary>
    /// <exception cref="InvalidDataException">It is no such file, is damaged, or holds more than tensors, texts and numbers.</exception>
    public static TorchArchive Open(string path)
    {
        var zip = OpenZip(path);
        try
        {
            return new TorchArchive(path, zip);
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    /// <summary>A value that is no tensor, or null where there is none of this name.</summary>
    public object? Value(string name) => _values.GetValueOrDefault(name);

    /// <summary>Reads a tensor as single precision.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The shape it must have; −1 = any.</param>
    /// <exception cref="InvalidDataException">There is none of this name, or it has another shape, or its storage is damaged.</exception>
    public Tensor Read(string name, params long[] shape)
    {
        if (Value(name) is not Stored stored)
            throw Fault($"there is no tensor '{name}'; there are {string.Join(", ", Names.Take(20))}");
        if (stored.Shape.Length != shape.Length || stored.Shape.Zip(shape).Any(pair => pair.Second >= 0 && pair.First != pair.Second))
            throw Fault($"tensor '{name}' has shape ({string.Join(", ", stored.Shape)}), expected ({string.Join(", ", shape)}, -1 = any)");
        using var scope = NewDisposeScope();
        var storage = stored.Storage;
        var entry = _zip.GetEntry($"{_root}data/{storage.Key}") ?? throw Fault($"the storage of '{name}' is missing");
        var bytes = (Int128)storage.Count * SizeOf(storage.Type);
        if (entry.CompressedLength != entry.Length || entry.Length != bytes)
            throw Fault($"the storage of '{name}' has {entry.Length} bytes ({entry.CompressedLength} in the file), expected "
                + $"{bytes} stored as they are");
        RequireWithin(name, stored);
        var flat = empty(storage.Count, storage.Type);
        Fill(entry, flat);
        return flat.as_strided(stored.Shape, stored.Strides, stored.Offset).to(ScalarType.Float32).contiguous().clone()
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _zip.Dispose();

    private static ZipArchive OpenZip(string path)
    {
        ZipArchive? zip = null;
        try
        {
            zip = ZipFile.OpenRead(path);
            _ = zip.Entries;   // read now, while a damaged list of them means that this is no archive
            return zip;
        }
        catch (InvalidDataException error)
        {
            zip?.Dispose();
            throw new InvalidDataException(
                $"'{path}' is no archive of torch.save: {error.Message} Files of PyTorch before 1.6 are not read; save it anew.", error);
        }
    }

    private void RequireWithin(string name, Stored stored)
    {
        var last = (Int128)stored.Offset;
        for (var i = 0; i < stored.Shape.Length; i++) last += ((Int128)stored.Shape[i] - 1) * stored.Strides[i];
        if (stored.Offset < 0 || stored.Shape.Any(size => size < 1) || stored.Strides.Any(stride => stride < 0)
            || last >= stored.Storage.Count)
            throw Fault($"tensor '{name}' reaches outside its storage of {stored.Storage.Count} numbers");
    }

    private void Fill(ZipArchiveEntry entry, Tensor flat) => Read(entry, stream =>
    {
        const int piece = 1 << 20;
        for (var from = 0L; from < flat.numel(); from += piece)
        {
            using var part = flat.narrow(0, from, Math.Min(piece, flat.numel() - from));
            stream.ReadExactly(part.bytes);
        }
    });

    private byte[] Bytes(ZipArchiveEntry entry, int most)
    {
        if (entry.Length > most) throw Fault($"'{entry.FullName}' has {entry.Length} bytes; at most {most} are read");
        var bytes = new byte[entry.Length];
        Read(entry, stream => stream.ReadExactly(bytes));
        return bytes;
    }

    private void Read(ZipArchiveEntry entry, Action<Stream> read)
    {
        try
        {
            using var stream = entry.Open();
            read(stream);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw Fault($"'{entry.FullName}' is damaged: {error.Message.TrimEnd('.')}", error);
        }
    }

    // The few functions that saved tensors are made of, as data.
    private object? Call(PickleReader.Name name, object?[] arguments) => (name.Module, name.Member, arguments) switch
    {
        ("collections", "OrderedDict", []) => new Dictionary<string, object?>(),
        ("torch._utils", "_rebuild_tensor_v2", [Storage storage, long offset, object?[] shape, object?[] strides, ..])
            when shape.Length == strides.Length && shape.Length <= MaxRank && shape.Concat(strides).All(number => number is long) =>
            new Stored(storage, offset, [.. shape.Cast<long>()], [.. strides.Cast<long>()]),
        ("torch._utils", "_rebuild_parameter", [Stored stored, ..]) => stored,
        _ => throw Fault($"it calls {name}, which saved tensors do not need; this is refused because a pickle can run code"),
    };

    private object StorageOf(object? id) => id is object?[] and ["storage", PickleReader.Name type, string key, _, long count]
        && key.All(char.IsAsciiLetterOrDigit) && count >= 0
        ? new Storage(TypeOf(type), key, count)
        : throw Fault("a persistent id is no storage");

    private ScalarType TypeOf(PickleReader.Name name) => $"{name}" switch
    {
        "torch.FloatStorage" => ScalarType.Float32,
        "torch.DoubleStorage" => ScalarType.Float64,
        "torch.HalfStorage" => ScalarType.Float16,
        "torch.BFloat16Storage" => ScalarType.BFloat16,
        "torch.LongStorage" => ScalarType.Int64,
        "torch.IntStorage" => ScalarType.Int32,
        _ => throw Fault($"a storage is {name}, which is not read"),
    };

    private static int SizeOf(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        _ => 2,
    };

    private InvalidDataException Fault(string what, Exception? cause = null) => new($"'{_path}': {what}.", cause);
}
