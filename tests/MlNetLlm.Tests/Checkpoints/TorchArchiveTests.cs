using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using MlNetLlm.Checkpoints;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Checkpoints;

public sealed class TorchArchiveTests
{
    private static readonly byte[] _six = MemoryMarshal.AsBytes<float>(new float[] { 1, 2, 3, 4, 5, 6 }).ToArray();

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private static IEnumerable<TestCaseData> Storages()
    {
        double[] values = [1, -2, 0.5, 3];
        yield return Case("FloatStorage", Bytes<float>(4, (to, v) => BinaryPrimitives.WriteSingleLittleEndian(to, (float)v)));
        yield return Case("DoubleStorage", Bytes<double>(8, BinaryPrimitives.WriteDoubleLittleEndian));
        yield return Case("HalfStorage", Bytes<Half>(2, (to, v) => BinaryPrimitives.WriteHalfLittleEndian(to, (Half)v)));
        yield return Case("BFloat16Storage", Bytes<ushort>(2, (to, v) =>
            BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)(BitConverter.SingleToUInt32Bits((float)v) >> 16))));
        yield return Case("LongStorage", Bytes<long>(8, (to, v) => BinaryPrimitives.WriteInt64LittleEndian(to, (long)v)), whole: true);
        yield return Case("IntStorage", Bytes<int>(4, (to, v) => BinaryPrimitives.WriteInt32LittleEndian(to, (int)v)), whole: true);

        byte[] Bytes<T>(int size, Write write)
        {
            var bytes = new byte[values.Length * size];
            for (var i = 0; i < values.Length; i++) write(bytes.AsSpan(i * size), values[i]);
            return bytes;
        }

        TestCaseData Case(string storage, byte[] bytes, bool whole = false) => new TestCaseData(
            storage, bytes, values.Select(v => (float)(whole ? Math.Truncate(v) : v)).ToArray()).SetArgDisplayNames(storage);
    }

    private delegate void Write(Span<byte> to, double value);

    [TestCaseSource(nameof(Storages))]
    public void Read_OfEveryStorage_GivesItsNumbersAsSinglePrecision(string storage, byte[] bytes, float[] expected)
    {
        using var scope = NewDisposeScope();
        using var file = Open(new TorchFile().Stored("w", storage, bytes, 4, [2, 2]));

        var read = file.Read("w", 2, -1);

        Assert.That((read.dtype, read.shape), Is.EqualTo((ScalarType.Float32, new long[] { 2, 2 })));
        Assert.That(ToyModels.Values(read), Is.EqualTo(expected));
    }

    [Test]
    public void Read_OfAViewIntoAStorage_FollowsStridesAndOffset()
    {
        using var scope = NewDisposeScope();
        using var file = Open(new TorchFile()
            .Stored("turned", "FloatStorage", _six, 6, [3, 2], [1, 3])
            .Stored("later", "FloatStorage", _six, 6, [2], [1], offset: 4)
            .Stored("repeated", "FloatStorage", _six, 6, [2, 3], [0, 1])
            .Stored("single", "FloatStorage", _six, 6, [], [], offset: 5));

        Assert.That(ToyModels.Values(file.Read("turned", -1, -1)), Is.EqualTo(new float[] { 1, 4, 2, 5, 3, 6 }));
        Assert.That(ToyModels.Values(file.Read("later", 2)), Is.EqualTo(new float[] { 5, 6 }));
        Assert.That(ToyModels.Values(file.Read("repeated", 2, 3)), Is.EqualTo(new float[] { 1, 2, 3, 1, 2, 3 }));
        Assert.That(file.Read("single").item<float>(), Is.EqualTo(6));
    }

    [Test]
    public void Read_OfAStorageLargerThanAPiece_GivesAllOfIt()
    {
        using var scope = NewDisposeScope();
        var values = Enumerable.Range(0, (1 << 20) + 3).Select(i => (float)i).ToArray();
        using var file = Open(new TorchFile().Tensor("w", values, values.Length));

        Assert.That(file.Read("w", -1).eq(tensor(values)).all().item<bool>(), Is.True);
    }

    [Test]
    public void Value_OfWhatIsNoTensor_IsGivenAsItIs()
    {
        using var file = Open(new TorchFile().Tensor("w", [1], 1).Text("activation", "TopK").Dictionary("state", "k", 7), byteOrder: null);

        Assert.That(file.Names, Is.EqualTo(new[] { "w", "activation", "state" }));
        Assert.That(file.Value("activation"), Is.EqualTo("TopK"));
        Assert.That(file.Value("state"), Is.EqualTo(new Dictionary<string, object?> { ["k"] = 7L }));
        Assert.That(file.Value("none"), Is.Null);
    }

    [Test]
    public void Read_OfAParameter_GivesItsTensor()
    {
        using var scope = NewDisposeScope();
        byte[] steps =
        [
            .. TorchFile.Global("torch._utils", "_rebuild_parameter"), .. Tensor(Sizes(1), Sizes(1)), 0x88, (byte)'N', 0x87,
            (byte)'R',
        ];
        using var file = Open(new TorchFile().Tensor("first", [9], 1).Steps("p", steps));

        Assert.That(file.Read("p", 1).item<float>(), Is.EqualTo(9));
    }

    private static IEnumerable<TestCaseData> Unreadable()
    {
        var six = _six;
        yield return Case("absent", new TorchFile().Tensor("a", [1], 1).Text("b", "x"), "there is no tensor 'w'; there are a, b.");
        yield return Case("no tensor", new TorchFile().Text("w", "x"), "there is no tensor 'w'; there are w.");
        yield return Case("of more dimensions", new TorchFile().Tensor("w", [1, 2], 1, 2),
            "tensor 'w' has shape (1, 2), expected (2, -1, -1, -1 = any).");
        yield return Case("of another size", new TorchFile().Stored("w", "FloatStorage", six, 6, [3, 2, 1]),
            "tensor 'w' has shape (3, 2, 1), expected (2, -1, -1, -1 = any).");
        yield return Case("of too few numbers", Six(count: 5),
            "the storage of 'w' has 24 bytes (24 in the file), expected 20 stored as they are.");
        yield return Case("of too many numbers", Six(count: 7), "expected 28 stored as they are.");
        yield return Case("of more numbers than there are", Six(count: long.MaxValue), "expected 36893488147419103228 stored as they are.");
        yield return Case("reaching one too far", Six(offset: 1), "tensor 'w' reaches outside its storage of 6 numbers.");
        yield return Case("before its storage", Six(offset: -1), "reaches outside its storage");
        yield return Case("with a step too large", Six(strides: [4, 1, 1]), "reaches outside its storage");
        yield return Case("with a step backwards", Six(strides: [3, -1, 1], offset: 2), "reaches outside its storage");
        yield return Case("with a step beyond 64 bits", Six(strides: [long.MaxValue, 1, 1], offset: 6), "reaches outside its storage");
        yield return Case("without a row", Six(shape: [2, 0, 1]), "reaches outside its storage");

        TorchFile Six(long count = 6, long[]? shape = null, long[]? strides = null, long offset = 0) =>
            new TorchFile().Stored("w", "FloatStorage", six, count, shape ?? [2, 3, 1], strides, offset);

        static TestCaseData Case(string name, TorchFile file, string fault) => new TestCaseData(file, fault).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Unreadable))]
    public void Read_OfATensorThatIsNotWhatIsAskedFor_SaysWhy(object file, string fault)
    {
        using var opened = Open((TorchFile)file);
        Assert.That(() => opened.Read("w", 2, -1, -1), Throws.TypeOf<InvalidDataException>()
            .With.Message.StartsWith($"'{_folder["f.pt"]}': ").And.Message.Contains(fault));
    }

    [Test]
    public void Read_OfAPackedOrAbsentStorage_SaysSo()
    {
        var zeros = new float[1000];
        using var packed = TorchArchive.Open(new TorchFile().Tensor("w", zeros, 1000).Save(_folder["a"], level: CompressionLevel.Optimal));
        using var without = TorchArchive.Open(new TorchFile().Tensor("w", zeros, 1000).Save(_folder["b"], leaveOut: "0"));

        Assert.That(() => packed.Read("w", 1000), Throws.TypeOf<InvalidDataException>().With.Message.Match(
            "the storage of 'w' has 4000 bytes \\([0-9]+ in the file\\), expected 4000 stored as they are\\.$"));
        Assert.That(() => without.Read("w", 1000), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"'{_folder["b"]}': the storage of 'w' is missing."));
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case("a call of anything", "it calls os.system, which saved tensors do not need",
            [.. TorchFile.Global("os", "system"), .. Text("ls"), 0x85, (byte)'R']);
        yield return Case("a dictionary with arguments", "it calls collections.OrderedDict",
            [.. TorchFile.Global("collections", "OrderedDict"), .. Text("x"), 0x85, (byte)'R']);
        yield return Case("a parameter of no tensor", "it calls torch._utils._rebuild_parameter",
            [.. TorchFile.Global("torch._utils", "_rebuild_parameter"), .. Text("x"), 0x85, (byte)'R']);
        yield return Case("sizes and steps of different number", "it calls torch._utils._rebuild_tensor_v2",
            Tensor(Sizes(1, 1), Sizes(1)));
        yield return Case("nine dimensions", "it calls torch._utils._rebuild_tensor_v2",
            Tensor(Sizes(1, 1, 1, 1, 1, 1, 1, 1, 1), Sizes(1, 1, 1, 1, 1, 1, 1, 1, 1)));
        yield return Case("a text as a size", "it calls torch._utils._rebuild_tensor_v2",
            Tensor(Text("x"), Sizes(1)));
        yield return Case("nothing as a step", "it calls torch._utils._rebuild_tensor_v2",
            Tensor(Sizes(1), [(byte)'N']));
        yield return Case("a storage of no known type", "a storage is torch.QInt8Storage, which is not read",
            Storage("QInt8Storage", "0", Number(1)));
        yield return Case("a storage outside the archive", "a persistent id is no storage", Storage("FloatStorage", "../0", Number(1)));
        yield return Case("a storage of fewer than no numbers", "a persistent id is no storage",
            Storage("FloatStorage", "0", [(byte)'J', 255, 255, 255, 255]));
        yield return Case("an id that is no storage", "a persistent id is no storage", [.. Text("x"), (byte)'Q']);
        yield return Case("an id of another kind", "a persistent id is no storage",
            [(byte)'(', .. Text("module"), .. TorchFile.Global("torch", "FloatStorage"), .. Text("0"), .. Text("cpu"), .. Number(1),
                (byte)'t', (byte)'Q']);

        static TestCaseData Case(string name, string fault, byte[] steps) => new TestCaseData(steps, fault).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Refused))]
    public void Open_OfAPickleThatDoesMoreThanHoldTensors_RefusesIt(byte[] steps, string fault) => Assert.That(
        () => Open(new TorchFile().Steps("w", steps)),
        Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"'{_folder["f.pt"]}': ").And.Message.Contains(fault));

    [Test]
    public void Open_OfAnArchiveOfEightDimensions_ReadsIt()
    {
        using var scope = NewDisposeScope();
        using var file = Open(new TorchFile().Stored("w", "FloatStorage", _six, 6, [1, 1, 1, 2, 1, 1, 3, 1]));

        Assert.That(file.Read("w", 1, 1, 1, 2, 1, 1, 3, 1).numel(), Is.EqualTo(6));
    }

    private static IEnumerable<TestCaseData> Archives()
    {
        byte[] empty = [0x80, 2, (byte)'}', (byte)'.'];
        yield return Case("no pickle", "it holds 0 data.pkl, expected one. Save it anew with torch.save", ("a/other", empty));
        yield return Case("two pickles", "it holds 2 data.pkl, expected one", ("a/data.pkl", empty), ("b/data.pkl", empty));
        yield return Case("big endian", "its numbers are big endian", ("a/data.pkl", empty), ("a/byteorder", "big"u8.ToArray()));
        yield return Case("a long word on its byte order", "'a/byteorder' has 17 bytes; at most 16 are read",
            ("a/data.pkl", empty), ("a/byteorder", "little-endian....."u8[..17].ToArray()));
        yield return Case("a pickle of no dictionary", "it holds no dictionary of tensors", ("a/data.pkl", [(byte)']', (byte)'.']));
        yield return Case("a pickle of nothing", "it holds no dictionary of tensors", ("a/data.pkl", [(byte)'N', (byte)'.']));
        yield return Case("a pickle too long", "'a/data.pkl' has 1048577 bytes; at most 1048576 are read",
            ("a/data.pkl", [.. empty, .. new byte[(1 << 20) + 1 - empty.Length]]));

        static TestCaseData Case(string name, string fault, params (string, byte[])[] entries) =>
            new TestCaseData(entries, fault).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Archives))]
    public void Open_OfAnotherArchive_SaysWhatItLacks((string Name, byte[] Bytes)[] entries, string fault)
    {
        Zip(entries);
        Assert.That(() => TorchArchive.Open(_folder["f.pt"]), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(
            $"'{_folder["f.pt"]}': {fault}"));
        Assert.That(() => File.Delete(_folder["f.pt"]), Throws.Nothing, "it was let go of");
    }

    [Test]
    public void Open_OfThePickleOfOneMebibyte_ReadsIt()
    {
        byte[] empty = [0x80, 2, (byte)'}', (byte)'.'];
        Zip(("a/data.pkl", [.. empty, .. new byte[(1 << 20) - empty.Length]]), ("a/byteorder", "little.........."u8.ToArray()));

        using var file = TorchArchive.Open(_folder["f.pt"]);
        Assert.That(file.Names, Is.Empty);
    }

    [Test]
    public void Open_OfNoArchive_SaysHowToSaveItAnew()
    {
        File.WriteAllText(_folder["old.pt"], "\u0080\u0002ctorch");

        Assert.That(() => TorchArchive.Open(_folder["old.pt"]), Throws.TypeOf<InvalidDataException>()
            .With.Message.StartsWith($"'{_folder["old.pt"]}' is no archive of torch.save: ")
            .And.Message.EndsWith("Files of PyTorch before 1.6 are not read; save it anew."));
        Assert.That(() => TorchArchive.Open(_folder["none.pt"]), Throws.TypeOf<FileNotFoundException>());
    }

    [Test]
    public void Open_OfADamagedEntry_NamesFileAndEntry()
    {
        byte[] empty = [0x80, 2, (byte)'}', (byte)'.'];
        Zip(("a/data.pkl", empty));
        var sound = File.ReadAllBytes(_folder["f.pt"]);

        foreach (var (place, value) in new[] { (0, (byte)'Q'), (CentralDirectory(sound) + 24, (byte)(empty.Length + 1)) })
        {
            var damaged = (byte[])sound.Clone();
            damaged[place] = value;   // the mark of the entry's head; the length that the list of entries gives it
            File.WriteAllBytes(_folder["f.pt"], damaged);

            Assert.That(() => TorchArchive.Open(_folder["f.pt"]), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(
                $"'{_folder["f.pt"]}': 'a/data.pkl' is damaged: "));
        }

        static int CentralDirectory(byte[] zip) => zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
    }

    /// <summary>Cut anywhere, or with any byte changed, a file is read or refused by an error that names it.</summary>
    [Test]
    public void Open_OfCutAndChangedFiles_ReadsOrNamesTheFile()
    {
        using var scope = NewDisposeScope();
        var sound = new TorchFile().Stored("w", "FloatStorage", _six, 6, [2, 3]).Text("t", "x").Save(_folder["sound.pt"]);
        var bytes = File.ReadAllBytes(sound);
        var random = new Random(7);
        for (var i = 0; i < 1_000; i++)
        {
            var changed = i % 3 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            if (i % 3 != 0) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(_folder["f.pt"], changed);
            try
            {
                using var file = TorchArchive.Open(_folder["f.pt"]);
                file.Read("w", -1, -1).Dispose();
            }
            catch (InvalidDataException error)
            {
                Assert.That(error.Message, Does.StartWith($"'{_folder["f.pt"]}'"), $"change {i}");
            }
        }
    }

    private TorchArchive Open(TorchFile file, string? byteOrder = "little") => TorchArchive.Open(file.Save(_folder["f.pt"], byteOrder));

    private void Zip(params (string Name, byte[] Bytes)[] entries)
    {
        using var zip = ZipFile.Open(_folder["f.pt"], ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
        {
            using var stream = zip.CreateEntry(name).Open();
            stream.Write(bytes);
        }
    }

    private static byte[] Text(string text) => [0x8c, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Number(byte value) => [(byte)'K', value];

    private static byte[] Storage(string type, string key, byte[] count) =>
        [(byte)'(', .. Text("storage"), .. TorchFile.Global("torch", type), .. Text(key), .. Text("cpu"), .. count, (byte)'t', (byte)'Q'];

    private static byte[] Sizes(params byte[] numbers) => [.. numbers.SelectMany(Number)];

    /// <summary>A tensor of the first storage.</summary>
    private static byte[] Tensor(byte[] shape, byte[] strides) =>
    [
        .. TorchFile.Global("torch._utils", "_rebuild_tensor_v2"), (byte)'(', .. Storage("FloatStorage", "0", Number(1)), .. Number(0),
        (byte)'(', .. shape, (byte)'t', (byte)'(', .. strides, (byte)'t', (byte)'t', (byte)'R',
    ];
}
