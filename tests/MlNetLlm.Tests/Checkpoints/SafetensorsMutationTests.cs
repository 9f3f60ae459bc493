using System.Buffers.Binary;
using System.Text;
using MlNetLlm.Checkpoints;
using static MlNetLlm.Tests.Checkpoints.SafetensorsFiles;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>
/// Seeded mutations that know the format: whatever comes out, the reader either refuses it with <see cref="InvalidDataException"/> or
/// returns entries that a second, slower check finds to be sound.
/// </summary>
public sealed class SafetensorsMutationTests
{
    private static readonly string[] _values =
    [
        "0", "1", "-1", "4", "3.5", "1e3", "2147483648", "9223372036854775807", "9223372036854775808", "18446744073709551616", "null",
            "true",
        "\"U8\"", "\"F32\"", "\"BF16\"", "\"\"", "\"__metadata__\"", "\"\\ud800\"", "[]", "[0]", "[0,0]", "[0,8]",
            "[4611686018427387904,4]", "{}", "[[1]]",
    ];

    [Test]
    public void Read_OfMutations_RefusesOrIsSound() => Mutate(6_000, seed: 1);

    [Test, Category("Nightly")]
    public void Read_OfMillionsOfMutations_RefusesOrIsSound() => Mutate(2_500_000, seed: 2);

    private static void Mutate(int count, int seed)
    {
        var random = new Random(seed);
        var (refused, sound) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var file = Mutation(random);
            try
            {
                RequireSound(SafetensorsHeader.Read(file), file.Length);
                sound++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception error) when (error is not AssertionException)
            {
                Assert.Fail($"Mutation {i} of seed {seed} threw {error.GetType().Name}: {error.Message}\n{Convert.ToHexString(file)}");
            }
        }
        Assert.That(sound, Is.GreaterThan(count / 50), "the mutations are too wild to test what comes after the first check");
        Assert.That(refused, Is.GreaterThan(count / 4), "the mutations are too tame");
    }

    /// <summary>The format's promise, checked in another way: every byte of the data belongs to exactly one tensor.</summary>
    private static void RequireSound(SafetensorsHeader header, int fileLength)
    {
        var owned = new bool[fileLength - header.DataStart];
        foreach (var tensor in header.Tensors)
        {
            Assert.That(tensor.Name, Is.Not.Empty.And.Not.EqualTo("__metadata__"));
            Assert.That(tensor.Shape.Aggregate(System.Numerics.BigInteger.One, (product, size) => product * size),
                Is.EqualTo(new System.Numerics.BigInteger(tensor.Count)));
            Assert.That(tensor.Count == 0 ? 0 : tensor.Bytes % tensor.Count, Is.Zero);
            for (var at = tensor.Begin; at < tensor.End; at++)
                owned[at] = !owned[at] ? true : throw new AssertionException($"Byte {at} belongs to two tensors.");
        }
        Assert.That(owned, Is.All.True);
        Assert.That(header.Tensors.Select(t => t.Name), Is.Unique);
    }

    private static byte[] Mutation(Random random)
    {
        var members = Seed(random);
        var data = 24;
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

    private static List<string> Seed(Random random) => random.Next(3) switch
    {
        0 => [Entry("a", "[2,3]", 0, 24, "F32"), "\"__metadata__\":{\"format\":\"pt\",\"k\":\"v\"}"],
        1 => [Entry("a", "[4]", 0, 8, "BF16"), Entry("b", "[]", 8, 16, "I64"), Entry("c", "[2,2,2]", 16, 24, "BOOL"),
            Entry("d", "[3,0]", 24, 24)],
        _ => [Entry("x.y", "[12]", 0, 12), Entry("x.z", "[3]", 12, 24, "I32")],
    };

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
