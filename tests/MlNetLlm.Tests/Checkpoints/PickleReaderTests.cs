using System.Text;
using MlNetLlm.Checkpoints;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>Pickles written step by step; the steps' letters are those of Python's pickletools.</summary>
public sealed class PickleReaderTests
{
    private const byte Stop = (byte)'.', Mark = (byte)'(', Nothing = (byte)'N';
    private const int MaxDepth = 1_000, MaxSteps = 1 << 16;

    private sealed record Called(PickleReader.Name Name, object?[] Arguments);

    private sealed record Persistent(object? Id);

    private static object? Read(params byte[] steps) =>
        PickleReader.Read(steps, "p.pkl", (name, arguments) => new Called(name, arguments), id => new Persistent(id));

    private static IEnumerable<TestCaseData> Values()
    {
        yield return Case("none", null, Nothing);
        yield return Case("true", true, 0x88);
        yield return Case("false", false, 0x89);
        yield return Case("one byte", 200L, (byte)'K', 200);
        yield return Case("two bytes", 0xF234L, (byte)'M', 0x34, 0xF2);
        yield return Case("four bytes", -2L, (byte)'J', 0xFE, 0xFF, 0xFF, 0xFF);
        yield return Case("long of no byte", 0L, 0x8a, 0);
        yield return Case("long of one byte", 127L, 0x8a, 1, 0x7F);
        yield return Case("long of one byte below zero", -128L, 0x8a, 1, 0x80);
        yield return Case("long of two bytes", 255L, 0x8a, 2, 0xFF, 0x00);
        yield return Case("long of two bytes below zero", -32767L, 0x8a, 2, 0x01, 0x80);
        yield return Case("long of eight bytes", long.MinValue, 0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x80);
        yield return Case("long of eight bytes, largest", long.MaxValue, 0x8a, 8, 255, 255, 255, 255, 255, 255, 255, 0x7F);
        yield return Case("double", 1.5, (byte)'G', 0x3F, 0xF8, 0, 0, 0, 0, 0, 0);
        yield return Case("text", "é", (byte)'X', 2, 0, 0, 0, 0xC3, 0xA9);
        yield return Case("short text", "ab", 0x8c, 2, (byte)'a', (byte)'b');
        yield return Case("protocol and frame in front", true, [0x80, 2, 0x95, .. new byte[8], 0x88]);
        yield return Case("empty tuple", Array.Empty<object?>(), (byte)')');
        yield return Case("tuple", new object?[] { 1L, null }, Mark, (byte)'K', 1, Nothing, (byte)'t');
        yield return Case("tuple inside a tuple", new object?[] { 1L, new object?[] { 2L } },
            Mark, (byte)'K', 1, Mark, (byte)'K', 2, (byte)'t', (byte)'t');
        yield return Case("tuple of one", new object?[] { 1L }, (byte)'K', 1, 0x85);
        yield return Case("tuple of two", new object?[] { 1L, 2L }, (byte)'K', 1, (byte)'K', 2, 0x86);
        yield return Case("tuple of three", new object?[] { 1L, 2L, 3L }, (byte)'K', 1, (byte)'K', 2, (byte)'K', 3, 0x87);
        yield return Case("list", new List<object?> { 1L, 2L, 3L },
            (byte)']', (byte)'K', 1, (byte)'a', Mark, (byte)'K', 2, (byte)'K', 3, (byte)'e');
        yield return Case("dictionary", new Dictionary<string, object?> { ["a"] = 1L, ["b"] = 2L, ["c"] = 3L },
            [(byte)'}', .. Text("a"), (byte)'K', 1, (byte)'s', Mark, .. Text("b"), (byte)'K', 2, .. Text("c"), (byte)'K', 3, (byte)'u']);
        yield return Case("name", new PickleReader.Name("m", "f"), Global("m", "f"));
        yield return Case("name of two texts", new PickleReader.Name("m", "f"), [.. Text("m"), .. Text("f"), 0x93]);
        yield return Case("persistent id", new Persistent(4L), (byte)'K', 4, (byte)'Q');
        yield return Case("attributes dropped", 5L, (byte)'K', 5, Nothing, (byte)'b');
        yield return Case("kept and fetched", new object?[] { 5L, 5L }, (byte)'K', 5, (byte)'q', 9, (byte)'h', 9, 0x86);
        yield return Case("kept and fetched under a long number", new object?[] { 5L, 5L },
            (byte)'K', 5, (byte)'r', 9, 1, 0, 0, (byte)'j', 9, 1, 0, 0, 0x86);
        yield return Case("kept in order", new object?[] { 5L, 6L, 5L }, (byte)'K', 5, 0x94, (byte)'K', 6, 0x94, (byte)'h', 0, 0x87);

        static TestCaseData Case(string name, object? value, params byte[] steps) =>
            new TestCaseData((byte[])[.. steps, Stop], value).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Values))]
    public void Read_OfAValue_GivesIt(byte[] steps, object? value)
    {
        Assert.That(Read(steps), Is.EqualTo(value));
        for (var length = 0; length < steps.Length; length++)
            Assert.That(() => Read(steps[..length]), Throws.TypeOf<InvalidDataException>(), $"cut to {length} bytes");
    }

    [Test]
    public void Read_OfACall_HandsNameAndArgumentsOver()
    {
        var called = (Called)Read([.. Global("torch", "f"), (byte)'K', 1, 0x85, (byte)'R', Stop])!;

        Assert.That($"{called.Name}", Is.EqualTo("torch.f"));
        Assert.That(called.Arguments, Is.EqualTo(new object?[] { 1L }));
    }

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Case("a step that builds objects", "step 0x69 at byte 2 is not one that saved tensors need", 0x80, 2, (byte)'i');
        yield return Case("a value missing", "a value is missing", Mark, Stop);
        yield return Case("a group without a beginning", "a group of values has no beginning", Nothing, (byte)'t');
        yield return Case("a key without a value", "a dictionary has a key without a value", [(byte)'}', Mark, .. Text("a"), (byte)'u']);
        yield return Case("a number of nine bytes", "a whole number has 9 bytes", [0x8a, 9, .. new byte[9], Stop]);
        yield return Case("a text of negative length", "ends early, or its values do not fit", (byte)'X', 255, 255, 255, 255, Stop);
        yield return Case("nothing to end with", "ends early, or its values do not fit", Stop);
        yield return Case("never kept", "ends early, or its values do not fit", (byte)'h', 3, Stop);
        yield return Case("a name without an end", "ends early, or its values do not fit", (byte)'c', (byte)'m');
        yield return Case("an item for no list", "do not fit", (byte)'K', 1, Nothing, (byte)'a', Stop);
        yield return Case("an item for nothing", "do not fit", Nothing, Nothing, (byte)'a', Stop);
        yield return Case("an entry for no dictionary", "do not fit", [(byte)']', .. Text("a"), Nothing, (byte)'s', Stop]);
        yield return Case("an entry for nothing", "do not fit", [Nothing, .. Text("a"), Nothing, (byte)'s', Stop]);
        yield return Case("a number as a key", "do not fit", (byte)'}', (byte)'K', 1, Nothing, (byte)'s', Stop);
        yield return Case("nothing as a key", "do not fit", (byte)'}', Nothing, Nothing, (byte)'s', Stop);
        yield return Case("a call of a text", "do not fit", [.. Text("f"), (byte)')', (byte)'R', Stop]);
        yield return Case("a call of nothing", "do not fit", Nothing, (byte)')', (byte)'R', Stop);
        yield return Case("arguments that are no tuple", "do not fit", [.. Global("m", "f"), (byte)']', (byte)'R', Stop]);
        yield return Case("arguments that are nothing", "do not fit", [.. Global("m", "f"), Nothing, (byte)'R', Stop]);
        yield return Case("a name of a number", "do not fit", [.. Text("m"), (byte)'K', 1, 0x93, Stop]);
        yield return Case("a name of nothing", "do not fit", [Nothing, .. Text("f"), 0x93, Stop]);
        yield return Case("a list that holds too much", $"more than {MaxSteps} steps or {MaxDepth} open values",
            [.. Enumerable.Repeat(Nothing, MaxDepth + 1), Stop]);

        static TestCaseData Case(string name, string fault, params byte[] steps) =>
            new TestCaseData(steps, fault).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Faults))]
    public void Read_OfAFault_NamesFileAndFault(byte[] steps, string fault) =>
        Assert.That(() => Read(steps), Throws.TypeOf<InvalidDataException>()
            .With.Message.StartsWith("'p.pkl' is no readable pickle: ").And.Message.Contains(fault).And.Message.EndsWith("."));

    [Test]
    public void Read_OfAsManyStepsAndOpenValuesAsAreAllowed_GivesTheValue()
    {
        byte[] deep = [.. Enumerable.Repeat(Nothing, MaxDepth - 1), 0x88, Stop];
        byte[] pairs = [.. Enumerable.Repeat((byte[])[Nothing, (byte)'b'], MaxSteps / 2 - 1).SelectMany(pair => pair)];

        Assert.That(Read(deep), Is.True);
        Assert.That(Read([0x88, .. pairs, Stop]), Is.True);
        Assert.That(() => Read([0x80, 2, 0x88, .. pairs, Stop]), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            $"more than {MaxSteps} steps"));
    }

    /// <summary>Whatever stands in a pickle, reading it gives a value or says that it is no pickle.</summary>
    [Test]
    public void Read_OfChangedBytes_GivesAValueOrRefuses()
    {
        byte[] sound =
        [
            0x80, 2, (byte)'}', (byte)'q', 0, Mark, .. Text("w"), .. Global("torch._utils", "_rebuild_tensor_v2"), Mark, Mark,
            .. Text("storage"), .. Global("torch", "FloatStorage"), .. Text("0"), .. Text("cpu"), (byte)'K', 4, (byte)'t', (byte)'Q',
            (byte)'K', 0, (byte)'K', 2, (byte)'K', 2, 0x86, (byte)'K', 2, (byte)'K', 1, 0x86, 0x89, (byte)'}', (byte)'t', (byte)'R',
            (byte)'u', Stop,
        ];
        var random = new Random(11);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = (byte[])sound.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
                changed[random.Next(changed.Length)] = sound[random.Next(sound.Length)] is var step && random.Next(2) == 0
                    ? step : (byte)random.Next(256);
            try
            {
                Read(changed);
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.That((read, refused), Is.EqualTo((20_000 - refused, 20_000 - read)));
        Assert.That(Math.Min(read, refused), Is.AtLeast(1_000), "both happen");
    }

    private static byte[] Text(string text) => [0x8c, (byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Global(string module, string member) => [(byte)'c', .. Encoding.ASCII.GetBytes($"{module}\n{member}\n")];
}
