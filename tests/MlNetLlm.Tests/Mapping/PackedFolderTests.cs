using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Mapping;

public sealed class PackedFolderTests
{
    [Test]
    public void Unpack_OfPacked_GivesTheFilesAndLeavesNothingBehind()
    {
        string? used = null;
        var packed = PackedFolder.Pack(folder =>
        {
            used = folder;
            File.WriteAllText(Path.Combine(folder, "a.txt"), "first");
            File.WriteAllBytes(Path.Combine(folder, "b.bin"), [1, 2, 3]);
        });
        Assert.That(Directory.Exists(used), Is.False);
        var files = PackedFolder.Unpack(packed, folder =>
        {
            used = folder;
            return Directory.GetFiles(folder).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllBytes);
        });
        Assert.That(Directory.Exists(used), Is.False);
        Assert.That(files.Keys, Is.EquivalentTo(new[] { "a.txt", "b.bin" }));
        Assert.That(files["b.bin"], Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Unpack_OfEveryCut_IsRefused()
    {
        var packed = PackedFolder.Pack(folder => File.WriteAllText(Path.Combine(folder, "a.txt"), "text"));
        for (var kept = 0; kept < packed.Length; kept++)
            Assert.Throws<InvalidDataException>(() => PackedFolder.Unpack(packed[..kept], _ => 0), $"cut at {kept}");
    }

    [TestCase("../a.txt")]
    [TestCase("/a.txt")]
    [TestCase("..")]
    [TestCase("x\\a.txt")]
    [TestCase("")]
    public void Unpack_OfANameOutsideTheFolder_IsRefused(string name)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(0x46504C4D);
        writer.Write(1);
        writer.Write(name);
        writer.Write(0);
        Assert.That(Assert.Throws<InvalidDataException>(() => PackedFolder.Unpack(bytes.ToArray(), _ => 0))!.Message,
            Does.Contain("no plain file name"));
    }
}
