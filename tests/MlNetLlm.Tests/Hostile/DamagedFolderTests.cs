using MlNetLlm.Persistence;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Hostile;

/// <summary>Cuts and flipped bits in folders with a marker: every one is found, and nothing is returned.</summary>
public sealed class DamagedFolderTests
{
    [Test]
    public void Load_AfterCutsAndBitFlips_RefusesEach([ValueSource(typeof(Saves), nameof(Saves.Kinds))] string kind) =>
        Damage(kind, cuts: 100, flips: 100);

    [Test, Category("Nightly")]
    public void Load_AfterTenThousandCutsAndBitFlips_RefusesEach([ValueSource(typeof(Saves), nameof(Saves.Kinds))] string kind) =>
        Damage(kind, cuts: Nightly.Of(10_000), flips: Nightly.Of(10_000));

    private static void Damage(string kind, int cuts, int flips)
    {
        using var root = new TemporaryFolder();
        using var saves = new Saves();
        saves.Save(kind, 0, root["folder"], FileSystems.Default);
        var files = Directory.GetFiles(root["folder"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        var contents = files.Select(File.ReadAllBytes).ToArray();
        var random = new Random(1);
        for (var i = 0; i < cuts + flips; i++)
        {
            var which = random.Next(files.Length);
            var bytes = contents[which];
            var at = random.NextInt64(bytes.Length * 8L);
            byte[] damaged = i < cuts ? bytes[..(int)(at / 8)] : [.. bytes];
            if (i >= cuts)
                damaged[at / 8] ^= (byte)(1 << (int)(at % 8));
            File.WriteAllBytes(files[which], damaged);

            Assert.That(() => saves.Load(kind, root["folder"]), Throws.TypeOf<InvalidDataException>(),
                $"{files[which]}, {(i < cuts ? "cut at byte" : "bit flipped in byte")} {at / 8}");
            File.WriteAllBytes(files[which], bytes);
        }
        Assert.That(() => saves.Load(kind, root["folder"]), Throws.Nothing);
    }
}
