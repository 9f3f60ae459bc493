using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace MlNetLlm.Checkpoints;

/// <summary>
/// What a safetensors file says about itself: eight bytes of header length (little endian), a JSON object that gives each tensor's type,
/// shape and place, then the tensors without a gap. Reading checks all of it, so that what follows may trust every number.
/// </summary>
/// <remarks>
/// Stricter than the reference reader: unknown keys of a tensor, keys given twice at any level, empty names, element types outside
/// F64, F32, BF16, F16, I64, I32, I16, I8, U8, BOOL and anything beyond <see cref="SafetensorsLimits"/> are refused.
/// </remarks>
public sealed class SafetensorsHeader
{
    internal const string MetadataKey = "__metadata__";
    private const int PrefixBytes = 8;

    private SafetensorsHeader(IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string> metadata, long dataStart) =>
        (Tensors, Metadata, DataStart) = (tensors, metadata, dataStart);

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors { get; }

    /// <summary>Free text the writer left; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Where the tensors' data begins in the file.</summary>
    public long DataStart { get; }

    /// <summary>Reads and checks the header of a whole file held in memory.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="limits">Null = <see cref="SafetensorsLimits.Default"/>.</param>
    /// <param name="origin">What to call the file in errors.</param>
    /// <exception cref="InvalidDataException">The file breaks a rule; the message names the tensor and the fact.</exception>
    public static SafetensorsHeader Read(ReadOnlySpan<byte> file, SafetensorsLimits? limits = null, string origin = "safetensors")
    {
        limits ??= SafetensorsLimits.Default;
        var length = HeaderBytes(file, file.Length, limits, origin);
        return Parse(file.Slice(PrefixBytes, length), file.Length - PrefixBytes - length, limits, origin);
    }

    internal static SafetensorsHeader Read(Stream file, SafetensorsLimits limits, string origin)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        var got = file.ReadAtLeast(prefix, PrefixBytes, throwOnEndOfStream: false);
        var json = new byte[HeaderBytes(prefix[..got], file.Length, limits, origin)];
        file.ReadExactly(json);
        return Parse(json, file.Length - PrefixBytes - json.Length, limits, origin);
    }

    /// <summary>
    /// Reads and checks the start of a file whose data, still to be written, will have <paramref name="dataBytes"/> bytes.
    /// </summary>
    internal static SafetensorsHeader ReadStart(ReadOnlySpan<byte> start, long dataBytes, SafetensorsLimits limits, string origin) =>
        Parse(start.Slice(PrefixBytes, HeaderBytes(start, start.Length, limits, origin)), dataBytes, limits, origin);

    private static int HeaderBytes(ReadOnlySpan<byte> start, long fileLength, SafetensorsLimits limits, string origin)
    {
        if (start.Length < PrefixBytes)
            throw Fault(origin,
                $"the file has {start.Length} bytes, a safetensors file has at least {PrefixBytes + 2}. It is cut or no safetensors.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > (ulong)limits.MaxHeaderBytes)
            throw Fault(origin, $"the header is said to have {length} bytes, at most {limits.MaxHeaderBytes} are read.");
        if ((long)length > fileLength - PrefixBytes)
            throw Fault(origin, $"the header is said to have {length} bytes, the file ends after {fileLength - PrefixBytes}. It is cut.");
        return (int)length;
    }

    private static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataBytes, SafetensorsLimits limits, string origin)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw Fault(origin, "the header does not begin with '{'.");
        if (!Utf8.IsValid(json))
            throw Fault(origin, "the header is not valid UTF-8.");
        try
        {
            var (tensors, metadata) = new SafetensorsHeaderJson(limits, origin).Read(json);
            RequireGapless(tensors, dataBytes, origin);
            return new SafetensorsHeader(tensors, metadata, PrefixBytes + json.Length);
        }
        catch (JsonException error)
        {
            throw Fault(origin, $"the header is not valid JSON: {error.Message}", error);
        }
        catch (InvalidOperationException error)   // an escaped half of a surrogate pair
        {
            throw Fault(origin, $"the header holds a text that is not Unicode: {error.Message}", error);
        }
    }

    private static void RequireGapless(List<SafetensorsEntry> tensors, long dataBytes, string origin)
    {
        tensors.Sort((a, b) => (a.Begin, a.End, a.Name).CompareTo((b.Begin, b.End, b.Name)));
        var end = 0L;
        foreach (var tensor in tensors)
        {
            if (tensor.End > dataBytes)
                throw Fault(origin,
                    $"tensor '{tensor.Name}' ends at byte {tensor.End} of the data, which has {dataBytes}. The file is cut.");
            if (tensor.Begin != end)
                throw Fault(origin, $"tensor '{tensor.Name}' begins at byte {tensor.Begin}, the one before it ends at {end}: "
                    + (tensor.Begin < end ? "they overlap." : "there is a gap."));
            end = tensor.End;
        }
        if (end != dataBytes)
            throw Fault(origin, $"the tensors end at byte {end}, the data has {dataBytes}: the rest belongs to no tensor.");
    }

    internal static InvalidDataException Fault(string origin, string fact, Exception? inner = null) => new($"'{origin}': {fact}", inner);
}
