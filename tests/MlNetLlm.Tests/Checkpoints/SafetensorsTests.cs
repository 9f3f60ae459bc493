using System.Text;
using MlNetLlm.Checkpoints;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Checkpoints;

public sealed class SafetensorsTests
{
    [Test]
    public void WriteAndRead_OfEveryType_GivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var numbers = tensor(new[] { -3.5, 0, 1, 2.25, 100, 7 }, [2, 3]);
        var tensors = new[] { ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16, ScalarType.Int64,
            ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool }
            .Select(type => (Name: type.ToString(), Tensor: (type == ScalarType.Byte ? numbers.abs() : numbers).to(type))).ToList();

        Safetensors.Write(FileSystems.Default, folder["f"], tensors);
        var read = Safetensors.Read(folder["f"]);

        Assert.That(read.Keys, Is.EquivalentTo(tensors.Select(t => t.Name)));
        foreach (var (name, tensor) in tensors)
        {
            Assert.That(read[name].dtype, Is.EqualTo(tensor.dtype), name);
            Assert.That(read[name].shape, Is.EqualTo(tensor.shape), name);
            Assert.That(read[name].bytes.ToArray(), Is.EqualTo(tensor.bytes.ToArray()), name);
        }
    }

    [Test]
    public void Write_IsWhatTheFormatSays()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();

        Safetensors.Write(
            FileSystems.Default, folder["f"], [("b", tensor(new[] { 1f, 2f })), ("a", tensor(new byte[] { 9 })), ("c", tensor(5L))],
                new Dictionary<string, string> { ["format"] = "pt" });

        var file = File.ReadAllBytes(folder["f"]);
        const string header = """{"__metadata__":{"format":"pt"},"c":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"b":"""
            + """{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"a":{"dtype":"U8","shape":[1],"data_offsets":[16,17]}}""";
        var length = (header.Length + 7) / 8 * 8;
        byte[] expected = [.. BitConverter.GetBytes((long)length), .. Encoding.UTF8.GetBytes(header.PadRight(length)),
            .. BitConverter.GetBytes(5L), .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), 9];
        Assert.That(file, Is.EqualTo(expected));
    }

    [Test]
    public void Write_InAnyOrder_GivesTheSameBytes()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        (string, Tensor)[] tensors = [("x", ones(3)), ("y", zeros(2, 2)), ("z", ones(1, ScalarType.Int64))];

        Safetensors.Write(FileSystems.Default, folder["a"], tensors);
        Safetensors.Write(FileSystems.Default, folder["b"], tensors.Reverse());

        Assert.That(File.ReadAllBytes(folder["b"]), Is.EqualTo(File.ReadAllBytes(folder["a"])));
    }

    [Test]
    public void Write_OfViews_WritesTheirElements()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var matrix = arange(12, ScalarType.Float32).view(3, 4);

        Safetensors.Write(FileSystems.Default, folder["f"],
            [("t", matrix.t()), ("row", matrix.narrow(0, 1, 1)), ("empty", zeros(0, 5)), ("one", tensor(4f))]);
        var read = Safetensors.Read(folder["f"]);

        Assert.That(ToyModels.Values(read["t"]), Is.EqualTo(new float[] { 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11 }));
        Assert.That(ToyModels.Values(read["row"]), Is.EqualTo(new float[] { 4, 5, 6, 7 }));
        Assert.That(read["empty"].shape, Is.EqualTo(new long[] { 0, 5 }));
        Assert.That(read["one"].shape, Is.Empty);
        Assert.That(read["one"].item<float>(), Is.EqualTo(4));
    }

    [TestCase(ScalarType.BFloat16, 0.00390625)]
    [TestCase(ScalarType.Float16, 0.00048828125)]
    public void Write_WithHalfPrecision_RoundsAndReadsBackAsFloat(ScalarType type, double relative)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var random = new Generator(1);
        var values = randn(1000, generator: random);

        Safetensors.Write(FileSystems.Default, folder["f"], [("w", values), ("ids", tensor(new long[] { 1, 2 }))], storeFloatsAs: type);
        using var file = Safetensors.Open(folder["f"]);

        Assert.That(file.Entry("w").Type, Is.EqualTo(type));
        Assert.That(file.Entry("ids").Type, Is.EqualTo(ScalarType.Int64));
        var read = file.Read("w", ScalarType.Float32);
        Assert.That(read.dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(ToyModels.Values(read), Is.EqualTo(ToyModels.Values(values.to(type))));
        Assert.That(ToyModels.Values(((read - values) / values).abs()).Max(), Is.LessThanOrEqualTo(relative));
    }

    [Test]
    public void ReadInto_OfAnyTarget_FillsIt()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var matrix = arange(12, ScalarType.Float32).view(3, 4);
        Safetensors.Write(FileSystems.Default, folder["f"], [("w", matrix)]);
        using var file = Safetensors.Open(folder["f"]);
        Tensor plain = zeros(3, 4), wide = zeros(3, 4, ScalarType.Float64), turned = zeros(4, 3).t(),
            trained = zeros(3, 4, requires_grad: true);

        foreach (var target in new[] { plain, wide, turned, trained })
        {
            file.ReadInto("w", target);
            Assert.That(ToyModels.Values(target), Is.EqualTo(ToyModels.Values(matrix)));
        }
        Assert.That(() => file.ReadInto("w", zeros(4, 3)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("tensor 'w' has shape (3, 4), expected (4, 3)"));
        Assert.That(() => file.Read("v"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("there is no tensor 'v' among the 1 in the file"));
    }

    [Test]
    [Category("Campaign")]
    public void WriteAndRead_OfATensorLargerThanTheWindow_GivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var large = arange(18 << 20, ScalarType.Int32);   // 72 MiB; windows have 64 and 16
        Safetensors.Write(FileSystems.Default, folder["f"], [("large", large)]);
        using var file = Safetensors.Open(folder["f"]);

        Assert.That(file.Read("large").eq(large).all().item<bool>(), Is.True);
        Assert.That(file.Read("large", ScalarType.Int64).eq(large).all().item<bool>(), Is.True);
    }

    [Test]
    public void WriteAndRead_WithoutAnyData_GivesNoTensorOrEmptyOnes()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Safetensors.Write(FileSystems.Default, folder["none"], []);
        Safetensors.Write(FileSystems.Default, folder["empty"], [("w", zeros(0, 3))]);

        Assert.That(Safetensors.Read(folder["none"]), Is.Empty);
        using var file = Safetensors.Open(folder["empty"]);
        Assert.That((file.Contains("w"), file.Contains("v")), Is.EqualTo((true, false)));
        Assert.That((file.Entry("w").Count, file.Entry("w").Bytes), Is.EqualTo((0L, 0L)));
        Assert.That(file.Read("w", ScalarType.Float64).shape, Is.EqualTo(new long[] { 0, 3 }));
    }

    [Test]
    public void Metadata_OfAnyText_IsReadBack()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var metadata = new Dictionary<string, string> { ["a"] = "<\"ü\">\n", ["b"] = "", [""] = "x" };

        Safetensors.Write(FileSystems.Default, folder["f"], [("größe/1", ones(1))], metadata);

        using var file = Safetensors.Open(folder["f"]);
        Assert.That(file.Header.Metadata, Is.EquivalentTo(metadata));
        Assert.That(file.Contains("größe/1"), Is.True);
    }

    private static IEnumerable<TestCaseData> Unwritable()
    {
        yield return Case("reserved name", [("__metadata__", () => ones(1))], "Tensor name '__metadata__' is reserved");
        yield return Case("a name twice", [("w", () => ones(1)), ("w", () => ones(1))], "'w' stands in the header twice");
        yield return Case("empty name", [("", () => ones(1))], "a tensor has an empty name");
        yield return Case("long name", [(new string('n', 1025), () => ones(1))], "a name has 1025 bytes, at most 1024 are read");
        yield return Case("half a surrogate", [("\ud800", () => ones(1))], "is not Unicode");
        yield return Case("many dimensions", [("w", () => ones([1, 1, 1, 1, 1, 1, 1, 1, 1]))],
            "tensor 'w' has a shape of more than 8 numbers");
        yield return Case("complex numbers", [("w", () => ones(1, ScalarType.ComplexFloat32))],
            "Tensor 'w' is ComplexFloat32, which safetensors cannot hold here");

        static TestCaseData Case(string name, (string, Func<Tensor>)[] tensors, string fact) =>
            new TestCaseData(tensors, fact).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Unwritable))]
    public void Write_OfWhatTheReaderRefuses_ThrowsAndWritesNothing((string Name, Func<Tensor> Make)[] tensors, string fact)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();

        Assert.That(
            () => Safetensors.Write(FileSystems.Default, folder["f"], tensors.Select(t => (t.Name, t.Make()))),
                Throws.ArgumentException.With.Message.Contains(fact));
        Assert.That(folder.Names(), Is.Empty);
    }

    [Test]
    public void Write_FailingAtAnyOperation_LeavesTheOldFileOrTheNew()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        for (var operation = 0; ; operation++)
        {
            Safetensors.Write(FileSystems.Default, folder["f"], [("w", zeros(5))]);
            var disk = new FaultyFileSystem(Fault.ShortWrite, operation, sticky: true);
            try
            {
                Safetensors.Write(disk, folder["f"], [("w", ones(5))]);
            }
            catch (IOException)
            {
            }
            Assert.That(ToyModels.Values(Safetensors.Read(folder["f"])["w"]).Distinct().Count(), Is.EqualTo(1), $"operation {operation}");
            if (!disk.Failed)
                break;
        }
    }
}
