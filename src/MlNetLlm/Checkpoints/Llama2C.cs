using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>
/// Model files of llama2.c (version 0, little endian): seven int32 (width, feed-forward width, layers, heads, key heads, vocabulary,
/// context; a negative vocabulary size says that the head has weights of its own), then float32 weights kind by kind, each kind for
/// all layers. The format fixes the rest: RMSNorm with ε = 1e-5, rotary positions in adjacent pairs with base 10000, SwiGLU, no bias.
/// </summary>
public static class Llama2C
{
    private const int HeaderInts = 7;
    private const int HeaderBytes = HeaderInts * sizeof(int);

    /// <summary>Reads a model.</summary>
    /// <param name="path">The .bin file.</param>
    /// <exception cref="InvalidDataException">The header makes no sense, or the file is not as long as it says.</exception>
    public static TransformerModel Read(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var config = ReadConfig(file, path);
        var places = Places(config);
        return new TransformerModel(config, (name, _, shape) => ReadFloats(file, places[name], shape));
    }

    /// <summary>Says whether a file looks like one of these: a sensible header and exactly the length it implies.</summary>
    /// <param name="path">The file.</param>
    public static bool Recognises(string path)
    {
        using var file = File.OpenHandle(path);
        return RandomAccess.GetLength(file) >= HeaderBytes && Fault(Header(file), RandomAccess.GetLength(file)) is null;
    }

    /// <summary>Writes a model.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="path">The .bin file; an older one is replaced.</param>
    /// <param name="model">A Llama model as the format knows it.</param>
    /// <exception cref="ArgumentException">The format cannot express the model's configuration.</exception>
    public static void Write(IFileSystem fileSystem, string path, TransformerModel model)
    {
        var config = model.Config;
        int[] header =
        [
            config.Width, config.FeedForwardWidth, config.Layers, config.Heads, config.KeyValueHeads,
            config.TiedHead ? config.VocabularySize : -config.VocabularySize, config.ContextLength,
        ];
        if (Config(header) != config with { Dropout = 0 })
            throw new ArgumentException(
                "A llama2.c file holds only Llama models with RMSNorm (epsilon 1e-5), adjacent rotary pairs (base 10000, whole heads), "
                + $"SwiGLU and no bias; this configuration differs: {config}. Save it as safetensors instead.");
        AtomicFile.Write(fileSystem, path, stream => WriteAll(stream, header, config, model));
    }

    private static void WriteAll(Stream stream, int[] header, TransformerConfig config, TransformerModel model)
    {
        var buffered = new BufferedStream(stream, 1 << 20);   // flushed here, closed by the stream's owner
        Span<byte> number = stackalloc byte[sizeof(int)];
        foreach (var value in header)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, value);
            buffered.Write(number);
        }
        var weights = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, count) in Parts(config))
        {
            using var scope = NewDisposeScope();
            buffered.Write(name is null
                ? new byte[count * sizeof(float)]
                : weights[name].detach().to(ScalarType.Float32).cpu().contiguous().bytes);
        }
        buffered.Flush();
    }

    private static TransformerConfig ReadConfig(SafeFileHandle file, string path)
    {
        var length = RandomAccess.GetLength(file);
        if (length < HeaderBytes)
            throw new InvalidDataException(
                $"'{path}' has {length} bytes, a llama2.c model has a header of {HeaderBytes}. It is cut or another format.");
        var header = Header(file);
        return Fault(header, length) is { } fault
            ? throw new InvalidDataException($"'{path}' is no llama2.c model of version 0: {fault}")
            : Config(header);
    }

    private static int[] Header(SafeFileHandle file)
    {
        var bytes = new byte[HeaderBytes];
        RandomAccess.Read(file, bytes, 0);
        return [.. Enumerable.Range(0, HeaderInts).Select(i => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(i * sizeof(int))))];
    }

    private static string? Fault(int[] header, long length)
    {
        if (header.Where((value, i) => i != 5 && value < 1).Any() || header[5] is 0 or int.MinValue)
            return $"its header says {string.Join(", ", header)}; all but the vocabulary must be at least 1.";
        if (header[0] % header[3] != 0 || header[3] % header[4] != 0 || header[0] / header[3] % 2 != 0)
            return $"{header[3]} heads do not divide a width of {header[0]} into even parts, or {header[4]} key heads do not divide them.";
        var expected = HeaderBytes + (sizeof(float) * Floats(header));
        return expected == length ? null : $"its header says {expected} bytes, the file has {length}. It is cut, or not of this format.";
    }

    private static Int128 Floats(int[] header)
    {
        Int128 width = header[0], units = header[1], layers = header[2], vocabulary = Math.Abs(header[5]);
        var (headWidth, keys) = (width / header[3], width / header[3] * header[4]);
        var perLayer = (2 * width) + (2 * width * width) + (2 * width * keys) + (3 * width * units);
        return (vocabulary * width) + (layers * perLayer) + width + (header[6] * headWidth) + (header[5] < 0 ? vocabulary * width : 0);
    }

    private static TransformerConfig Config(int[] header) =>
        TransformerConfig.Llama(Math.Abs(header[5]), header[0], header[2], header[3], header[6], header[4], header[1]) with
        {
            Rotary = RotaryLayout.AdjacentPairs,
            TiedHead = header[5] > 0,
        };

    /// <summary>Where in the file each weight begins.</summary>
    private static Dictionary<string, long> Places(TransformerConfig config)
    {
        var places = new Dictionary<string, long>();
        var at = (long)HeaderBytes;
        foreach (var (name, count) in Parts(config))
        {
            if (name is not null)
                places[name] = at;
            at += count * sizeof(float);
        }
        return places;
    }

    /// <summary>Weights in file order with their number of elements; no name = the old tables of rotations, written as zeros.</summary>
    private static IEnumerable<(string? Name, long Count)> Parts(TransformerConfig config)
    {
        long width = config.Width, keys = config.KeyValueHeads * config.HeadWidth, units = config.FeedForwardWidth;
        (string Name, long Count)[] kinds =
        [
            ("attention_norm", width),
            ("attention.query", width * width),
            ("attention.key", keys * width),
            ("attention.value", keys * width),
            ("attention.output", width * width),
            ("mlp_norm", width),
            ("mlp.gate", units * width),
            ("mlp.down", width * units),
            ("mlp.up", units * width),
        ];
        yield return ("embeddings.token.weight", config.VocabularySize * width);
        foreach (var (name, count) in kinds)
            for (var layer = 0; layer < config.Layers; layer++)
                yield return ($"layers.{layer}.{name}.weight", count);
        yield return ("final_norm.weight", width);
        yield return (null, (long)config.ContextLength * config.HeadWidth);
        if (!config.TiedHead)
            yield return ("head.weight", config.VocabularySize * width);
    }

    private static Tensor ReadFloats(SafeFileHandle file, long at, long[] shape)
    {
        var result = empty(shape);
        var bytes = result.bytes;
        for (var done = 0; done < bytes.Length;)
        {
            var got = RandomAccess.Read(file, bytes[done..], at + done);
            done += got > 0 ? got : throw new EndOfStreamException("The llama2.c model was cut while it was being read.");
        }
        return result;
    }
}
