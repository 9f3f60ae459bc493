using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

public sealed class PhysicalFileSystemTests
{
    private static readonly IFileSystem _files = FileSystems.Default;

    [Test]
    public void Delete_OfAFileAFolderOrNothing_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "x");
        Directory.CreateDirectory(folder["full/inner"]);
        File.WriteAllText(folder["full/inner/file"], "x");

        foreach (var name in new[] { "file", "full", "none" })
            _files.Delete(folder[name]);

        Assert.That(folder.Names(), Is.Empty);
    }

    [Test]
    public void CreateAndAppend_KeepOrReplaceWhatWasThere()
    {
        using var folder = new TemporaryFolder();
        foreach (var (open, expected) in new (Func<string, Stream>, string)[]
            { (_files.Create, "x"), (_files.Append, "xx"), (_files.Create, "x") })
        {
            using (var stream = open(folder["file"]))
            {
                stream.Write("x"u8);
                _files.Flush(stream);
                Assert.That(File.ReadAllText(folder["file"]), Is.EqualTo(expected), "readable while it is written");
            }
            Assert.That(File.ReadAllText(folder["file"]), Is.EqualTo(expected));
        }
    }

    [TestCase("one/two/three")]
    [TestCase("one/two/")]
    [TestCase("one")]
    public void CreateFolder_MakesItWithItsParents_AndNothingWhereItIs(string name)
    {
        using var folder = new TemporaryFolder();
        _files.CreateFolder(folder[name]);
        File.WriteAllText(folder["one/file"], "x");
        _files.CreateFolder(folder[name]);

        Assert.That(Directory.Exists(folder[name]) && File.Exists(folder["one/file"]), Is.True);
        Assert.That(() => _files.CreateFolder(folder["one/file"]), Throws.InstanceOf<IOException>());
        Assert.That(() => _files.CreateFolder(folder["one/file/inner"]), Throws.InstanceOf<IOException>());
    }

    [Test, Platform("Linux")]
    public void SyncFolder_OfWhatCannotBeForcedToADisk_SaysWhatFailed()
    {
        using var folder = new TemporaryFolder();

        Assert.That(() => _files.SyncFolder(folder.Path), Throws.Nothing);
        Assert.That(() => _files.SyncFolder(folder["none"]), Throws.TypeOf<IOException>().With.Message.EqualTo(
            $"Could not open folder '{folder["none"]}' to make its entries durable: No such file or directory."));
        Assert.That(() => _files.SyncFolder("/proc"), Throws.TypeOf<IOException>().With.Message.StartsWith(
            "Could not flush folder '/proc' to make its entries durable: "), "a file system without a disk");
    }

    [Test, Platform("Linux")]
    public void SyncFolder_ManyTimes_KeepsNoHandle()
    {
        using var folder = new TemporaryFolder();
        var before = Handles();
        for (var i = 0; i < 50; i++)
        {
            _files.SyncFolder(folder.Path);
            Assert.That(() => _files.SyncFolder("/proc"), Throws.TypeOf<IOException>());
        }
        Assert.That(Handles(), Is.AtMost(before + 20));

        static int Handles() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }
}
