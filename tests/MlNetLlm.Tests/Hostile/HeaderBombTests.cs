using System.Globalization;
using MlNetLlm.Tests.Checkpoints;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Hostile;

/// <summary>Headers made to exhaust the reader, opened in a process whose managed heap ends at 256 MiB.</summary>
public sealed class HeaderBombTests
{
    private const long HeapLimit = 256 << 20;
    private const long MaxBytes = 32 << 20;
    private const int MaxMilliseconds = 200;

    [Test]
    public void Open_OfHeaderBombs_RefusesThemInLittleTimeAndMemory()
    {
        using var folder = new TemporaryFolder();
        var names = Enumerable.Range(0, 1_000_000).Select(i => SafetensorsFiles.Entry($"{i}", "[0]", 0, 0)).ToList();
        var few = names.TakeWhile((_, i) => i < 250_000);
        (string Name, byte[] File, string Fact)[] bombs =
        [
            ("small", SafetensorsFiles.File("{", 0), "not valid JSON"),
            ("100 MB header", SafetensorsFiles.File("{" + new string(' ', 100_000_000) + "}", 0),
                "100000002 bytes, at most 16777216 are read"),
            ("1 M tensors", SafetensorsFiles.File("{" + string.Join(',', names) + "}", 0), "at most 16777216 are read"),
            ("250,000 tensors in 16 MiB", SafetensorsFiles.File("{" + string.Join(',', few) + "}", 0), "lists more than 100000 tensors"),
            ("10,000 deep", SafetensorsFiles.File("{\"w\":" + new string('[', 10_000) + new string(']', 10_000) + "}", 0), "is no object"),
            ("16 MiB of depth", SafetensorsFiles.File("{\"w\":" + new string('[', 16_000_000), 0), "is no object"),
            ("16 MB name", SafetensorsFiles.File("{\"" + new string('n', 16_000_000) + "\":1}", 0), "a name has 16000000 bytes"),
        ];
        foreach (var (name, file, _) in bombs)
            File.WriteAllBytes(folder[name], file);

        var output = ChildProcess.RunWith([("DOTNET_GCHeapHardLimit", $"0x{HeapLimit:X}")], bombs.Select(bomb => folder[bomb.Name])
            .Prepend("open"));

        foreach (var ((name, _, fact), line) in bombs.Zip(output.Skip(1)))
        {
            var parts = line.Split(' ', 3);
            TestContext.Out.WriteLine($"{name}: {parts[0]} ms, {parts[1]} bytes");
            Assert.That(parts[2], Does.Contain(fact), name);
            Assert.That(int.Parse(parts[0], CultureInfo.InvariantCulture), Is.LessThanOrEqualTo(MaxMilliseconds), name);
            Assert.That(long.Parse(parts[1], CultureInfo.InvariantCulture), Is.LessThanOrEqualTo(MaxBytes), name);
        }
    }
}
