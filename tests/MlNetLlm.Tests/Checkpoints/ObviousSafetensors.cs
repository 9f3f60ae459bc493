using System.Numerics;
using System.Text;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>
/// A second reader, written from the format's description alone and as plainly as possible. It takes all that the reference takes, and
/// says which rules of ours, stricter than the reference's, a file that it takes would break.
/// </summary>
internal sealed class ObviousSafetensors
{
    /// <summary>The written list: what our reader refuses and the reference takes.</summary>
    public static IReadOnlyList<string> StricterThan { get; } =
    [
        "unknown member of a tensor", "metadata null", "metadata key twice", "empty name", "element type not read",
            "more than 8 dimensions",
        "a number beyond 63 bits",
    ];

    private static readonly Dictionary<string, int> _bits = new()
    {
        ["F64"] = 64, ["I64"] = 64, ["U64"] = 64, ["C64"] = 64, ["F32"] = 32, ["I32"] = 32, ["U32"] = 32, ["BF16"] = 16, ["F16"] = 16,
        ["I16"] = 16, ["U16"] = 16, ["F8_E4M3"] = 8, ["F8_E5M2"] = 8, ["F8_E8M0"] = 8, ["I8"] = 8, ["U8"] = 8, ["BOOL"] = 8,
    };

    private static readonly HashSet<string> _ours = ["F64", "I64", "F32", "I32", "BF16", "F16", "I16", "I8", "U8", "BOOL"];

    private readonly SortedSet<string> _stricter = new(StringComparer.Ordinal);

    /// <summary>name, type, shape, begin and end of each tensor in the order of their data.</summary>
    public List<(string Name, string Type, BigInteger[] Shape, BigInteger Begin, BigInteger End)> Tensors { get; } = [];

    /// <summary>Which of <see cref="StricterThan"/> apply.</summary>
    public IReadOnlyCollection<string> Stricter => _stricter;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">The reference would refuse it too.</exception>
    public static ObviousSafetensors Read(byte[] file)
    {
        var result = new ObviousSafetensors();
        Require(file.Length >= 8);
        var length = new BigInteger(file.AsSpan(0, 8), isUnsigned: true);
        Require(length <= 100_000_000 && length <= file.Length - 8);
        var header = file.AsSpan(8, (int)length);
        Require(header.Length > 0 && header[0] == '{');
        result.Header(Decoded(header));
        result.Places(file.Length - 8 - header.Length);
        return result;
    }

    private static string Decoded(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (ArgumentException)
        {
            throw new FormatException("not UTF-8");
        }
    }

    private void Header(string json)
    {
        var names = new HashSet<string>();
        foreach (var (name, value) in Members(ObviousJson.Read(json)))
        {
            Require(IsUnicode(name) && names.Add(name));
            if (name == "__metadata__")
                Metadata(value);
            else
                Tensor(name, value);
        }
    }

    private void Metadata(object? value)
    {
        NoteIf(value is null, "metadata null");
        if (value is null)
            return;
        var keys = new HashSet<string>();
        foreach (var (key, text) in Members(value))
        {
            Require(IsUnicode(key) && text is string known && IsUnicode(known));
            NoteIf(!keys.Add(key), "metadata key twice");
        }
    }

    private void Tensor(string name, object? value)
    {
        string? type = null;
        BigInteger[]? shape = null, offsets = null;
        foreach (var (key, member) in Members(value))
        {
            Require(IsUnicode(key) && (key, type, shape, offsets) is not (("dtype", not null, _, _) or ("shape", _, not null, _)
                or ("data_offsets", _, _, not null)));
            if (key == "dtype")
                type = member as string ?? throw new FormatException("dtype");
            else if (key == "shape")
                shape = Numbers(member);
            else if (key == "data_offsets")
                offsets = Numbers(member);
            else
                _stricter.Add("unknown member of a tensor");
        }
        Require(type is not null && _bits.ContainsKey(type) && shape is not null && offsets is { Length: 2 });
        NoteIf(name.Length == 0, "empty name");
        NoteIf(!_ours.Contains(type!), "element type not read");
        NoteIf(shape!.Length > 8, "more than 8 dimensions");
        NoteIf(shape.Concat(offsets!).Any(number => number > long.MaxValue), "a number beyond 63 bits");
        Tensors.Add((name, type!, shape, offsets![0], offsets[1]));
    }

    private void Places(long dataBytes)
    {
        Tensors.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        BigInteger end = 0;
        foreach (var (_, type, shape, begin, stop) in Tensors)
        {
            Require(begin == end && stop >= begin);
            var size = new BigInteger(_bits[type] / 8);
            var (elements, running) = (BigInteger.One, size);
            foreach (var dimension in shape)
            {
                Require((elements *= dimension) <= ulong.MaxValue);
                NoteIf((running *= dimension) > long.MaxValue, "a number beyond 63 bits");
            }
            var bytes = elements * size;
            Require(bytes <= ulong.MaxValue && stop - begin == bytes);
            end = stop;
        }
        Require(end == dataBytes);
    }

    private static List<(string Key, object? Value)> Members(object? value) =>
        value as List<(string, object?)> ?? throw new FormatException("no object");

    private static BigInteger[] Numbers(object? value) => value is List<object?> items
        ? [.. items.Select(item => item is BigInteger number && number >= 0 && number <= ulong.MaxValue ? number : throw NoNumber())]
        : throw new FormatException("no list");

    private static FormatException NoNumber() => new("no whole number of 64 bits");

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        return true;
    }

    private void NoteIf(bool applies, string rule)
    {
        if (applies)
            _stricter.Add(rule);
    }

    private static void Require(bool holds)
    {
        if (!holds)
            throw new FormatException();
    }
}
