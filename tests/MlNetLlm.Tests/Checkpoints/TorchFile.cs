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

    public TorchFile Tensor(string name, float[] values, params long[] shape)
    {
        var key = $"{_storages.Count}";
        _storages.Add((key, MemoryMarshal.AsBytes<float>(values).ToArray()));
        return Text(name).TensorOf(key, "FloatStorage", values.Length, shape);
    }

    public TorchFile Longs(string name, params long[] values)
    {
        var key = $"{_storages.Count}";
        _storages.Add((key, MemoryMarshal.AsBytes<long>(values).ToArray()));
        return Text(name).TensorOf(key, "LongStorage", values.Length, [values.Length]);
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

    public string Save(string path)
    {
        Raw((byte)'u');
        Raw((byte)'.');
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("data.pkl", _pickle.ToArray());
        Add("byteorder", "little"u8.ToArray());
        foreach (var (key, bytes) in _storages) Add($"data/{key}", bytes);
        return path;

        void Add(string name, byte[] bytes)
        {
            using var stream = zip.CreateEntry($"archive/{name}", CompressionLevel.NoCompression).Open();
            stream.Write(bytes);
        }
    }

    private TorchFile TensorOf(string key, string storage, int count, long[] shape)
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
        Number(0);
        Numbers(shape);
        var strides = shape.Select((_, i) => shape[(i + 1)..].Aggregate(1L, (a, b) => a * b)).ToArray();
        Numbers(strides);
        Raw(0x89);
        Raw(Global("collections", "OrderedDict"));
        Raw((byte)')', (byte)'R');
        Raw((byte)'t', (byte)'R');
        return this;
    }

    private void Numbers(long[] values)
    {
        Raw((byte)'(');
        foreach (var value in values) Number((int)value);
        Raw((byte)'t');
    }

    private void Number(int value)
    {
        var bytes = new byte[5];
        bytes[0] = (byte)'J';
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), value);
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
