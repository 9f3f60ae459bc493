using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>Writes files as torch.save does: a zip of a pickle and one file a storage.</summary>
internal sealed class TorchFile
{
    private readonly MemoryStream _pickle = new();
    private readonly List<(string Key, byte[] Bytes)> _storages = [];

    public TorchFile()
    {
        Raw(0x80, 2);
        Raw((byte)'}');
        Raw((byte)'(');
    }

    public TorchFile Tensor(string name, float[] values, params long[] shape) =>
        Stored(name, "FloatStorage", MemoryMarshal.AsBytes<float>(values).ToArray(), values.Length, shape);

    public TorchFile Longs(string name, params long[] values) =>
        Stored(name, "LongStorage", MemoryMarshal.AsBytes<long>(values).ToArray(), values.Length, [values.Length]);

    /// <summary>A tensor in a storage of its own, laid out as strides and offset say; without strides, row by row.</summary>
    public TorchFile Stored(
        string name, string storage, byte[] bytes, long count, long[] shape, long[]? strides = null, long offset = 0)
    {
        var key = $"{_storages.Count}";
        _storages.Add((key, bytes));
        return Text(name).TensorOf(key, storage, count, shape, strides, offset);
    }

    public TorchFile Text(string name, string value) => Text(name).Text(value);

    /// <summary>A dictionary of one number.</summary>
    public TorchFile Dictionary(string name, string key, byte number)
    {
        Text(name);
        Raw((byte)'}');
        Raw((byte)'(');
        Text(key);
        Raw((byte)'K', number);
        Raw((byte)'u');
        return this;
    }

    /// <summary>Any pickle steps as the value of a name.</summary>
    public TorchFile Steps(string name, params byte[] steps)
    {
        Text(name);
        Raw(steps);
        return this;
    }

    public static byte[] Global(string module, string member) => [(byte)'c', .. Encoding.ASCII.GetBytes($"{module}\n{member}\n")];

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="byteOrder">What the file says of its numbers; null = nothing.</param>
    /// <param name="level">How its storages are packed; torch.save packs none.</param>
    /// <param name="leaveOut">Storages that the pickle names and the file lacks.</param>
    public string Save(
        string path, string? byteOrder = "little", CompressionLevel level = CompressionLevel.NoCompression, params string[] leaveOut)
    {
        Raw((byte)'u');
        Raw((byte)'.');
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("data.pkl", _pickle.ToArray());
        if (byteOrder is not null) Add("byteorder", Encoding.ASCII.GetBytes(byteOrder));
        foreach (var (key, bytes) in _storages)
            if (!leaveOut.Contains(key)) Add($"data/{key}", bytes);
        return path;

        void Add(string name, byte[] bytes)
        {
            using var stream = zip.CreateEntry($"archive/{name}", level).Open();
            stream.Write(bytes);
        }
    }

    private TorchFile TensorOf(string key, string storage, long count, long[] shape, long[]? strides, long offset)
    {
        Raw(Global("torch._utils", "_rebuild_tensor_v2"));
        Raw((byte)'(');
        Raw((byte)'(');
        Text("storage");
        Raw(Global("torch", storage));
        Text(key).Text("cpu");
        Number(count);
        Raw((byte)'t');
        Raw((byte)'Q');
        Number(offset);
        Numbers(shape);
        Numbers(strides ?? [.. shape.Select((_, i) => shape[(i + 1)..].Aggregate(1L, (a, b) => a * b))]);
        Raw(0x89);
        Raw(Global("collections", "OrderedDict"));
        Raw((byte)')', (byte)'R');
        Raw((byte)'t', (byte)'R');
        return this;
    }

    private void Numbers(long[] values)
    {
        Raw((byte)'(');
        foreach (var value in values) Number(value);
        Raw((byte)'t');
    }

    // Large numbers as a pickle's LONG1, others as its BININT.
    private void Number(long value)
    {
        var bytes = new byte[value is < int.MinValue or > int.MaxValue ? 10 : 5];
        if (bytes.Length == 5)
        {
            bytes[0] = (byte)'J';
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), (int)value);
        }
        else
        {
            (bytes[0], bytes[1]) = (0x8a, sizeof(long));
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2), value);
        }
        Raw(bytes);
    }

    private TorchFile Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var head = new byte[5];
        head[0] = (byte)'X';
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(1), bytes.Length);
        Raw([.. head, .. bytes]);
        return this;
    }

    private void Raw(params byte[] steps) => _pickle.Write(steps);
}
