using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using MlNetLlm.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>
/// Tensors by name in one file that runs no code when read (huggingface/safetensors). The same tensors always give the same bytes:
/// wider types first, so that all stay aligned, then by name.
/// </summary>
public static class Safetensors
{
    private sealed record Item(string Name, Tensor Tensor, SafetensorsType Type)
    {
        internal long Bytes => checked(Tensor.numel() * Type.Size);
    }

    /// <summary>Opens a file for reading tensor by tensor.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">Null = <see cref="SafetensorsLimits.Default"/>.</param>
    /// <exception cref="InvalidDataException">The file breaks a rule; the message names the tensor and the fact.</exception>
    public static SafetensorsFile Open(string path, SafetensorsLimits? limits = null) => SafetensorsFile.Open(path, limits);

    /// <summary>Reads all tensors of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">Null = <see cref="SafetensorsLimits.Default"/>.</param>
    /// <returns>New CPU tensors of the stored types, by name.</returns>
    /// <exception cref="InvalidDataException">The file breaks a rule; the message names the tensor and the fact.</exception>
    public static Dictionary<string, Tensor> Read(string path, SafetensorsLimits? limits = null)
    {
        using var file = Open(path, limits);
        return file.Header.Tensors.ToDictionary(entry => entry.Name, entry => file.Read(entry.Name));
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="path">The file; an older one is replaced.</param>
    /// <param name="tensors">Tensors by name, of any device.</param>
    /// <param name="metadata">Free text to leave with them.</param>
    /// <param name="storeFloatsAs">Type for Float32 tensors, such as BFloat16; null = as they are.</param>
    /// <param name="limits">Null = <see cref="SafetensorsLimits.Default"/>.</param>
    /// <exception cref="ArgumentException">A reader would refuse the file: a name twice, too long or reserved, a type without a
    /// name.</exception>
    public static void Write(
        IFileSystem fileSystem,
        string path,
        IEnumerable<(string Name, Tensor Tensor)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        ScalarType? storeFloatsAs = null,
        SafetensorsLimits? limits = null)
    {
        var items = tensors.Select(t => new Item(t.Name, t.Tensor, TypeOf(t.Name, t.Tensor, storeFloatsAs)))
            .OrderByDescending(item => item.Type.Size).ThenBy(item => item.Name, StringComparer.Ordinal).ToList();
        var start = Start(path, items, metadata, limits ?? SafetensorsLimits.Default);
        AtomicFile.Write(fileSystem, path, stream =>
        {
            var buffered = new BufferedStream(stream, 1 << 20);   // flushed here, closed by the stream's owner
            buffered.Write(start);
            foreach (var item in items)
                WriteData(buffered, item);
            buffered.Flush();
        });
    }

    private static SafetensorsType TypeOf(string name, Tensor tensor, ScalarType? storeFloatsAs)
    {
        if (name == SafetensorsHeader.MetadataKey)
            throw new ArgumentException($"Tensor name '{name}' is reserved for the file's free text. Choose another.");
        var type = tensor.dtype == ScalarType.Float32 ? storeFloatsAs ?? tensor.dtype : tensor.dtype;
        return SafetensorsType.Of(type)
            ?? throw new ArgumentException(
                $"Tensor '{name}' is {type}, which safetensors cannot hold here. Known: {SafetensorsType.Known}.");
    }

    private static byte[] Start(string path, List<Item> items, IReadOnlyDictionary<string, string>? metadata, SafetensorsLimits limits)
    {
        var json = Json(items, metadata);
        var padded = (json.Length + 7) / 8 * 8;
        var start = new byte[8 + padded];
        BinaryPrimitives.WriteInt64LittleEndian(start, padded);
        json.CopyTo(start.AsSpan(8));
        start.AsSpan(8 + json.Length).Fill((byte)' ');
        RequireReadable(path, start, items, limits);
        return start;
    }

    private static byte[] Json(List<Item> items, IReadOnlyDictionary<string, string>? metadata)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
                WriteMetadata(writer, metadata);
            var begin = 0L;
            foreach (var item in items)
                begin = WriteEntry(writer, item, begin);
            writer.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter writer, Item item, long begin)
    {
        var end = checked(begin + item.Bytes);
        writer.WriteStartObject(item.Name);
        writer.WriteString("dtype", item.Type.Name);
        WriteNumbers(writer, "shape", item.Tensor.shape);
        WriteNumbers(writer, "data_offsets", [begin, end]);
        writer.WriteEndObject();
        return end;
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string key, long[] numbers)
    {
        writer.WriteStartArray(key);
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    // The reader's own check is the judge of what may be written.
    private static void RequireReadable(string path, byte[] start, List<Item> items, SafetensorsLimits limits)
    {
        try
        {
            var header = SafetensorsHeader.ReadStart(start, items.Sum(item => item.Bytes), limits, path);
            if (items.Select(item => item.Name).Except(header.Tensors.Select(entry => entry.Name)).FirstOrDefault() is { } changed)
                throw new InvalidDataException($"the name '{changed}' is not Unicode.");
        }
        catch (InvalidDataException error)
        {
            throw new ArgumentException($"These tensors cannot be written: {error.Message}", error);
        }
    }

    private static void WriteData(Stream stream, Item item)
    {
        const long pieceBytes = 16 << 20;
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var flat = item.Tensor.detach().contiguous().view(-1);
        var most = pieceBytes / item.Type.Size;
        for (var start = 0L; start < flat.numel(); start += most)
        {
            using var inner = NewDisposeScope();
            stream.Write(flat.narrow(0, start, Math.Min(most, flat.numel() - start)).to(item.Type.Torch).cpu().bytes);
        }
    }
}
