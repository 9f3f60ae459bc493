using System.Text;
using MlNetLlm.Checkpoints;
using MlNetLlm.Tests.Persistence;
using static MlNetLlm.Tests.Checkpoints.SafetensorsFiles;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>Hand-written lies, each with the fact its refusal must state.</summary>
public sealed class SafetensorsHostileTests
{
    private const string Good = "\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]";

    private static readonly SafetensorsLimits _small = new() { MaxTensors = 3, MaxRank = 4, MaxNameBytes = 16, MaxHeaderBytes = 400 };

    private static IEnumerable<(string Name, byte[] File, string Fact)> Lies()
    {
        // The length in front.
        yield return ("empty file", [], "the file has 0 bytes, a safetensors file has at least 10");
        yield return ("seven bytes", new byte[7], "the file has 7 bytes");
        yield return ("length only", WithLength([], 2, 0), "said to have 2 bytes, the file ends after 0");
        yield return ("length zero", WithLength([], 0, 0), "does not begin with '{'");
        yield return ("length one too large", WithLength("{}"u8.ToArray(), 3, 0), "said to have 3 bytes, the file ends after 2");
        yield return ("length of 100 MB", WithLength("{}"u8.ToArray(), 100_000_000, 0),
            "said to have 100000000 bytes, at most 400 are read");
        yield return ("length 2^62", WithLength("{}"u8.ToArray(), 1L << 62, 0), "said to have 4611686018427387904 bytes");
        yield return ("length minus one", WithLength("{}"u8.ToArray(), -1, 0), "said to have 18446744073709551615 bytes");
        yield return ("length minimum", WithLength("{}"u8.ToArray(), long.MinValue, 0), "said to have 9223372036854775808 bytes");
        yield return ("length cuts the header", WithLength("{} "u8.ToArray(), 1, 0), "not valid JSON");
        yield return ("length swallows data", WithLength(Encoding.UTF8.GetBytes($"{{\"w\":{{{Good}}}}}"), 54, 4), "not valid JSON");

        // JSON.
        yield return ("an array", File("[]", 0), "does not begin with '{'");
        yield return ("a space first", File(" {}", 0), "does not begin with '{'");
        yield return ("a byte-order mark", File([0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}'], 0), "does not begin with '{'");
        yield return ("not closed", File("{\"w\":{", 0), "not valid JSON");
        yield return ("text after the object", File("{}x", 0), "not valid JSON");
        yield return ("a second object", File("{}{}", 0), "not valid JSON");
        yield return ("zero bytes as padding", File("{}\0\0", 0), "not valid JSON");
        yield return ("a comment", File("{/*c*/}", 0), "not valid JSON");
        yield return ("trailing comma", File($"{{\"w\":{{{Good}}},}}", 4), "not valid JSON");
        yield return ("single quotes", File("{'w':1}", 0), "not valid JSON");
        yield return ("NaN", One("\"U8\"", "[NaN]", "[0,4]", 4), "not valid JSON");
        yield return ("bad UTF-8", File([(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}'], 0),
            "not valid UTF-8");
        yield return ("overlong UTF-8", File([(byte)'{', (byte)'"', 0xC0, 0xAF, (byte)'"', (byte)':', (byte)'1', (byte)'}'], 0),
            "not valid UTF-8");
        yield return ("half a surrogate in a name", File($"{{\"\\ud800\":{{{Good}}}}}", 4), "not Unicode");
        yield return ("half a surrogate in a dtype", One("\"\\udc00\"", "[4]", "[0,4]", 4), "not Unicode");
        yield return ("deep arrays", File("{\"w\":" + new string('[', 200) + new string(']', 180) + "}", 0), "tensor 'w' is no object");
        yield return ("deep shape", One("\"U8\"", "[[4]]", "[0,4]", 4), "maximum configured depth");

        // Names.
        yield return ("a name twice", Of(8, Entry("w", "[4]", 0, 4), Entry("w", "[4]", 4, 8)), "'w' stands in the header twice");
        yield return ("a name twice, spelt differently", Of(8, Entry("w", "[4]", 0, 4), Entry("\\u0077", "[4]", 4, 8)),
            "'w' stands in the header twice");
        yield return ("an empty name", Of(4, Entry("", "[4]", 0, 4)), "a tensor has an empty name");
        yield return ("a long name", Of(4, Entry(new string('n', 17), "[4]", 0, 4)), "a name has 17 bytes, at most 16 are read");
        yield return ("too many tensors", Of(4, [.. "abcd".Select((c, i) => Entry($"{c}", "[1]", i, i + 1))]), "lists more than 3 tensors");

        // Metadata.
        yield return ("metadata as a text", File("{\"__metadata__\":\"x\"}", 0), "'__metadata__' is no object of texts");
        yield return ("metadata null", File("{\"__metadata__\":null}", 0), "'__metadata__' is no object of texts");
        yield return ("metadata holds a number", File("{\"__metadata__\":{\"k\":1}}", 0), "the value of metadata 'k' is no text");
        yield return ("metadata holds an object", File("{\"__metadata__\":{\"k\":{}}}", 0), "the value of metadata 'k' is no text");
        yield return ("metadata as a tensor", Of(4, Entry("__metadata__", "[4]", 0, 4)), "the value of metadata 'shape' is no text");
        yield return ("metadata key twice", File("{\"__metadata__\":{\"k\":\"a\",\"k\":\"b\"}}", 0), "metadata 'k' is given twice");
        yield return ("metadata twice", File("{\"__metadata__\":{},\"__metadata__\":{}}", 0), "'__metadata__' stands in the header twice");

        // Members of a tensor.
        yield return ("a tensor is a number", File("{\"w\":4}", 0), "tensor 'w' is no object");
        yield return ("a tensor is a list", File("{\"w\":[]}", 0), "tensor 'w' is no object");
        yield return ("a tensor is null", File("{\"w\":null}", 0), "tensor 'w' is no object");
        yield return ("no dtype", File("{\"w\":{\"shape\":[4],\"data_offsets\":[0,4]}}", 4), "tensor 'w' has no dtype");
        yield return ("no shape", File("{\"w\":{\"dtype\":\"U8\",\"data_offsets\":[0,4]}}", 4), "tensor 'w' has no shape");
        yield return ("no data_offsets", File("{\"w\":{\"dtype\":\"U8\",\"shape\":[4]}}", 4), "tensor 'w' has no data_offsets");
        yield return ("an unknown member", File($"{{\"w\":{{{Good},\"x\":1}}}}", 4), "tensor 'w' has the key 'x' twice, or it is none of");
        yield return ("a member twice", File($"{{\"w\":{{{Good},\"shape\":[4]}}}}", 4), "tensor 'w' has the key 'shape' twice");
        yield return ("unknown dtype", One("\"F8_E4M3\"", "[4]", "[0,4]", 4), "tensor 'w' has dtype 'F8_E4M3'. Known: F64, I64, F32");
        yield return ("dtype in small letters", One("\"u8\"", "[4]", "[0,4]", 4), "tensor 'w' has dtype 'u8'");
        yield return ("dtype is a number", One("8", "[4]", "[0,4]", 4), "tensor 'w' has a dtype that is no text");
        yield return ("dtype is null", One("null", "[4]", "[0,4]", 4), "tensor 'w' has a dtype that is no text");

        // Shapes.
        yield return ("shape is a number", One("\"U8\"", "4", "[0,4]", 4), "tensor 'w' has a shape that is no list");
        yield return ("shape is null", One("\"U8\"", "null", "[0,4]", 4), "tensor 'w' has a shape that is no list");
        yield return ("negative size", One("\"U8\"", "[-4]", "[0,4]", 4), "a shape with an entry that is no whole number");
        yield return ("two negative sizes", One("\"U8\"", "[-2,-2]", "[0,4]", 4), "a shape with an entry that is no whole number");
        yield return ("zero with a minus", One("\"U8\"", "[-0]", "[0,0]", 0), "a shape with an entry that is no whole number");
        yield return ("fraction", One("\"U8\"", "[4.5]", "[0,4]", 4), "a shape with an entry that is no whole number");
        yield return ("whole number with a point", One("\"U8\"", "[4.0]", "[0,4]", 4), "a shape with an entry that is no whole number");
        yield return ("exponent", One("\"U8\"", "[4e0]", "[0,4]", 4), "a shape with an entry that is no whole number");
        yield return ("size as a text", One("\"U8\"", "[\"4\"]", "[0,4]", 4), "a shape with an entry that is no whole number");
        yield return ("size beyond 64 bits", One("\"U8\"", "[99999999999999999999]", "[0,4]", 4),
            "a shape with an entry that is no whole number");
        yield return ("too many dimensions", One("\"U8\"", "[4,1,1,1,1]", "[0,4]", 4), "tensor 'w' has a shape of more than 4 numbers");
        yield return ("product beyond 64 bits", One("\"U8\"", "[4294967296,4294967296]", "[0,4]", 4), "has more than 2^63 - 1 bytes");
        yield return ("product wraps to the truth", One("\"U8\"", "[4611686018427387905,4]", "[0,4]", 4), "has more than 2^63 - 1 bytes");
        yield return ("bytes wrap to the truth", One("\"F32\"", "[4611686018427387905]", "[0,4]", 4), "has more than 2^63 - 1 bytes");
        yield return ("shape larger than its place", One("\"U8\"", "[5]", "[0,4]", 4),
            "tensor 'w' of shape (5) and dtype U8 takes 5 bytes, its data_offsets [0, 4] give it 4");
        yield return ("shape smaller than its place", One("\"U8\"", "[3]", "[0,4]", 4), "takes 3 bytes, its data_offsets [0, 4] give it 4");
        yield return ("elements counted as bytes", One("\"F32\"", "[4]", "[0,4]", 4),
            "and dtype F32 takes 16 bytes, its data_offsets [0, 4] give it 4");

        // Places.
        yield return ("offsets reversed", One("\"U8\"", "[4]", "[4,0]", 4),
            "has data_offsets [4, 0], expected [begin, end] with begin <= end");
        yield return ("one offset", One("\"U8\"", "[4]", "[4]", 4), "has data_offsets [4], expected [begin, end]");
        yield return ("three offsets", One("\"U8\"", "[4]", "[0,4,8]", 4), "tensor 'w' has a data_offsets of more than 2 numbers");
        yield return ("no offsets in the list", One("\"U8\"", "[4]", "[]", 4), "has data_offsets [], expected [begin, end]");
        yield return ("negative offset", One("\"U8\"", "[4]", "[-4,0]", 4), "a data_offsets with an entry that is no whole number");
        yield return ("offset beyond 64 bits", One("\"U8\"", "[4]", "[0,18446744073709551620]", 4),
            "a data_offsets with an entry that is no whole number");
        yield return ("offsets of an object", One("\"U8\"", "[4]", "{}", 4), "has a data_offsets that is no list");
        yield return ("ends outside the file", One("\"U8\"", "[5]", "[0,5]", 4),
            "tensor 'w' ends at byte 5 of the data, which has 4. The file is cut");
        yield return ("huge and far outside", One("\"U8\"", "[4611686018427387904]", "[0,4611686018427387904]", 4),
            "ends at byte 4611686018427387904 of the data, which has 4");
        yield return ("no data at all", One("\"U8\"", "[4]", "[0,4]", 0), "tensor 'w' ends at byte 4 of the data, which has 0");
        yield return ("begins late", Of(5, Entry("w", "[4]", 1, 5)),
            "tensor 'w' begins at byte 1, the one before it ends at 0: there is a gap");
        yield return ("a gap", Of(9, Entry("a", "[4]", 0, 4), Entry("b", "[4]", 5, 9)),
            "tensor 'b' begins at byte 5, the one before it ends at 4: there is a gap");
        yield return ("an overlap", Of(7, Entry("a", "[4]", 0, 4), Entry("b", "[4]", 3, 7)),
            "tensor 'b' begins at byte 3, the one before it ends at 4: they overlap");
        yield return ("the same place twice", Of(4, Entry("a", "[4]", 0, 4), Entry("b", "[4]", 0, 4)),
            "tensor 'b' begins at byte 0, the one before it ends at 4: they overlap");
        yield return ("one inside the other", Of(4, Entry("a", "[4]", 0, 4), Entry("b", "[2]", 1, 3)), "they overlap");
        yield return ("an empty tensor inside another", Of(4, Entry("a", "[4]", 0, 4), Entry("b", "[0]", 2, 2)),
            "tensor 'b' begins at byte 2, the one before it ends at 4: they overlap");
        yield return ("an empty tensor beyond the end", Of(4, Entry("a", "[4]", 0, 4), Entry("b", "[0]", 9, 9)),
            "tensor 'b' ends at byte 9 of the data, which has 4");
        yield return ("bytes that belong to no tensor", Of(5, Entry("a", "[4]", 0, 4)),
            "the tensors end at byte 4, the data has 5: the rest belongs to no tensor");
        yield return ("data without tensors", File("{}", 3), "the tensors end at byte 0, the data has 3");
    }

    private static IEnumerable<TestCaseData> Cases =>
        Lies().Select(lie => new TestCaseData(lie.File, lie.Fact).SetArgDisplayNames(lie.Name));

    [Test]
    public void Lies_AreAtLeastSixty_AndHaveDifferentNames() =>
        Assert.That(Lies().Select(lie => lie.Name).Distinct().Count(), Is.EqualTo(Lies().Count()).And.AtLeast(60));

    [TestCaseSource(nameof(Cases))]
    public void Read_OfALie_StatesTheFact(byte[] file, string fact) => Assert.That(
        () => SafetensorsHeader.Read(file, _small, "lie.safetensors"),
        Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("'lie.safetensors': ").And.Message.Contains(fact));

    [TestCaseSource(nameof(Cases))]
    public void Open_OfALie_StatesTheFact(byte[] file, string fact)
    {
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllBytes(folder["lie"], file);

        Assert.That(() => SafetensorsFile.Open(folder["lie"], _small), Throws.TypeOf<InvalidDataException>().With.Message.Contains(fact));
    }

    [Test]
    public void Read_OfAFileCutAnywhere_Throws()
    {
        var file = Of(12, Entry("a", "[2,3]", 0, 6), Entry("b", "[6]", 6, 12));
        Assert.That(SafetensorsHeader.Read(file).Tensors, Has.Count.EqualTo(2));

        for (var length = 0; length < file.Length; length++)
            Assert.That(() => SafetensorsHeader.Read(file.AsSpan(0, length)), Throws.TypeOf<InvalidDataException>(),
                $"cut to {length} bytes");
    }

    [Test]
    [Category("Campaign")]
    public void Read_OfHeaderBombs_RefusesThemCheaply()
    {
        var many = File("{" + string.Join(",", Enumerable.Range(0, 200_000).Select(i => Entry($"{i}", "[0]", 0, 0))) + "}", 0);
        var deep = File("{\"w\":" + new string('[', 10_000) + new string(']', 10_000) + "}", 0);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.That(() => SafetensorsHeader.Read(many),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("lists more than 100000 tensors"));
        Assert.That(() => SafetensorsHeader.Read(deep),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("tensor 'w' is no object"));

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 << 20));
    }

    [Test]
    public void Read_OfBoolTensorWithOtherBytes_NamesTheTensor()
    {
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllBytes(folder["f"], Of(3, Entry("flags", "[3]", 0, 3, "BOOL")));   // data 0, 1, 2
        using var file = Safetensors.Open(folder["f"]);

        Assert.That(() => file.Read("flags"), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "tensor 'flags' of dtype BOOL holds a byte that is neither 0 nor 1"));
    }
}
