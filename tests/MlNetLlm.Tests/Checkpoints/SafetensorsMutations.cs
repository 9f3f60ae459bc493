using System.Buffers.Binary;
using static MlNetLlm.Tests.Checkpoints.SafetensorsFiles;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>Generates files that know the format and lie about it in a few places.</summary>
internal static class SafetensorsMutations
{
    private static readonly string[] _values =
    [
        "0", "1", "-1", "4", "3.5", "1e3", "2147483648", "9223372036854775807", "9223372036854775808", "18446744073709551616", "null",
            "true",
        "\"U8\"", "\"F32\"", "\"BF16\"", "\"\"", "\"__metadata__\"", "\"\\ud800\"", "[]", "[0]", "[0,0]", "[0,8]",
            "[4611686018427387904,4]", "{}", "[[1]]", "-0", "4.0", "[0,-0]", "\"F8_E4M3\"", "\"C64\"", "{\"k\":null}",
            "[1,1,1,1,1,1,1,1,1]", "\"\\u0055\\u0038\"",
    ];

    /// <summary>A sound file with one to three lies in it, some of them without effect.</summary>
    public static byte[] Mutation(Random random)
    {
        var (members, data) = Seed(random);
        for (var edits = random.Next(1, 4); edits > 0; edits--)
            switch (random.Next(7))
            {
                case 0: members[random.Next(members.Count)] = members[random.Next(members.Count)]; break;
                case 1: members.RemoveAt(random.Next(members.Count)); members.Add(
                    Entry("new", "[0]", random.Next(30), random.Next(30))); break;
                case 2: members = [.. members.OrderBy(_ => random.Next())]; break;
                case 3: data = Math.Max(0, data + random.Next(-3, 4)); break;
                default: ReplaceAValue(members, random); break;
            }
        var file = File($"{{{string.Join(",", members)}}}{new string(' ', random.Next(4))}", data);
        return random.Next(4) == 0 ? Scratch(file, random) : file;
    }

    private static readonly (string Name, int Size)[] _types =
    [
        ("F64", 8), ("I64", 8), ("F32", 4), ("I32", 4), ("BF16", 2), ("F16", 2), ("I16", 2), ("I8", 1), ("U8", 1), ("BOOL", 1),
    ];

    /// <summary>A sound file of up to five tensors of any type and shape, in any order, with or without metadata.</summary>
    private static (List<string> Members, int Data) Seed(Random random)
    {
        var (members, end) = (new List<string>(), 0);
        for (var left = random.Next(1, 6); left > 0; left--)
        {
            var (type, size) = _types[random.Next(_types.Length)];
            int[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(random.Next(8) == 0 ? 1 : 4) + random.Next(2))];
            var bytes = shape.Aggregate(size, (product, dimension) => product * dimension);
            members.Add(Entry($"layers.{left}.{"abcxyz"[random.Next(6)]}", $"[{string.Join(',', shape)}]", end, end += bytes, type));
        }
        if (random.Next(2) == 0)
            members.Add("\"__metadata__\":{\"format\":\"pt\",\"k\":\"v\"}");
        return ([.. members.OrderBy(_ => random.Next())], end);
    }

    /// <summary>Puts another value in the place of a number, list or text of one member.</summary>
    private static void ReplaceAValue(List<string> members, Random random)
    {
        var at = random.Next(members.Count);
        var text = members[at];
        int[] starts = [.. Enumerable.Range(0, text.Length).Where(i => char.IsAsciiDigit(text[i]) || text[i] is '[' or '"')];
        if (starts.Length == 0)
            return;
        var start = starts[random.Next(starts.Length)];
        var end = text[start] switch
        {
            '[' => text.IndexOf(']', start) + 1,
            '"' => text.IndexOf('"', start + 1) + 1,
            _ => start + 1,
        };
        if (end > start)
            members[at] = text[..start] + _values[random.Next(_values.Length)] + text[end..];
    }

    /// <summary>Flips, cuts, doubles or overwrites bytes without regard to the format.</summary>
    private static byte[] Scratch(byte[] file, Random random)
    {
        var at = random.Next(file.Length);
        switch (random.Next(4))
        {
            case 0: file[at] ^= (byte)(1 << random.Next(8)); return file;
            case 1: return file[..at];
            case 2: return [.. file[..at], .. file[at..], .. file[at..]];
            default: BinaryPrimitives.WriteInt64LittleEndian(file, random.NextInt64()); return file;
        }
    }
}
