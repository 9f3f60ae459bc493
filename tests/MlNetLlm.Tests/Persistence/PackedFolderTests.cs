using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

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
            File.WriteAllBytes(Path.Combine(folder, "empty"), []);
        });
        Assert.That(Directory.Exists(used), Is.False);
        var files = PackedFolder.Unpack(packed, folder =>
        {
            used = folder;
            return Directory.GetFiles(folder).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllBytes);
        });
        Assert.That(Directory.Exists(used), Is.False);
        Assert.That(files.Keys, Is.EquivalentTo(new[] { "a.txt", "b.bin", "empty" }));
        Assert.That(files["b.bin"], Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Pack_OfMoreThanAModelFileHolds_SaysTheLimitAndTheWayOut()
    {
        var error = Assert.Throws<NotSupportedException>(() => PackedFolder.Pack(folder =>
        {
            using var file = File.Create(Path.Combine(folder, "weights"));
            file.SetLength(PackedFolder.MaxBytes + 1);   // takes no room on the disk
        }));
        Assert.That(error!.Message, Does.Contain("holds 1024 MiB").And.Contain("Save(folder)"));
    }

    [Test]
    public void Unpack_OfEveryCut_IsRefused()
    {
        var packed = PackedFolder.Pack(folder => File.WriteAllText(Path.Combine(folder, "a.txt"), "text"));
        for (var kept = 0; kept < packed.Length; kept++)
            Assert.That(() => PackedFolder.Unpack(packed[..kept], _ => 0),
                Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(kept < packed.Length - 4
                    ? "The packed folder ends early; it is damaged." : $"The packed folder gives 'a.txt' 4 bytes, more than are left."),
                $"cut at {kept}");
    }

    [TestCase("../a.txt")]
    [TestCase("/a.txt")]
    [TestCase(".")]
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

    [TestCase(-1)]
    [TestCase(4)]
    [TestCase(int.MaxValue)]
    public void Unpack_OfALengthThatIsNotThere_IsRefused(int length)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(0x46504C4D);
        writer.Write(1);
        writer.Write("a.txt");
        writer.Write(length);
        writer.Write("abc"u8);
        Assert.That(() => PackedFolder.Unpack(bytes.ToArray(), _ => 0), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"The packed folder gives 'a.txt' {length} bytes, more than are left."));
    }

    [Test]
    public void Unpack_OfOtherBytes_SaysThatTheyAreNone() => Assert.That(
        () => PackedFolder.Unpack("no packed folder"u8.ToArray(), _ => 0),
        Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("The packed folder does not begin with its mark; it is damaged."));

    [Test]
    public void Pack_OfTheSameFiles_GivesTheSameBytesInTheOrderOfTheirNames()
    {
        byte[] Packed(params string[] names) => PackedFolder.Pack(folder =>
        {
            foreach (var name in names) File.WriteAllText(Path.Combine(folder, name), name);
        });

        Assert.That(Packed("b", "a", "C"), Is.EqualTo(Packed("C", "a", "b")));
        Assert.That(Packed("b", "a")[8..10], Is.EqualTo(new[] { (byte)1, (byte)'a' }), "after the mark and the number of files");
    }
}
