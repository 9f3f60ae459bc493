using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

public sealed class AtomicFolderTests
{
    // What was forced to the disk is the faulty file system's own account; the disk itself need not be waited for.
    private static readonly IFileSystem _unsynced = new UnsyncedFileSystem();

    private TemporaryFolder _root = null!;

    [SetUp]
    public void MakeFolder() => _root = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _root.Dispose();

    [Test]
    public void Write_OverAnOlderFolder_ReplacesItWholeAndLeavesNothingElse()
    {
        Save(FileSystems.Default, _root["model"], "one", extraFile: true);
        Save(FileSystems.Default, _root["model"], "two");

        Assert.That(Load(_root["model"]), Is.EqualTo("two"));
        Assert.That(File.Exists(Path.Combine(_root["model"], "extra.txt")), Is.False);
        Assert.That(_root.Names(), Is.EqualTo(new[] { "model" }));
    }

    [Test]
    public void Write_FailingAtEveryOperation_LeavesOldOrNewAndTheNextSaveSucceeds(
        [Values] Fault fault, [Values] bool sticky, [Values] bool overAnOlderFolder)
    {
        for (var n = 0; ; n++)
        {
            var folder = _root[$"{n}"];
            if (overAnOlderFolder)
                Save(_unsynced, folder, "old", extraFile: true);
            var files = new FaultyFileSystem(fault, n, sticky, _unsynced);
            var error = AtomicFileTests.Catch(() => Save(files, folder, "new"));

            if (!files.Failed)
            {
                Assert.That(n, Is.GreaterThanOrEqualTo(15));
                break;
            }
            if (error is null)   // only tidying after success may fail in silence
                Assert.That(Load(folder), Is.EqualTo("new"), $"operation {n}");
            var found = AtomicFolder.Exists(folder) ? Load(folder) : null;
            if (!sticky && fault is not (Fault.Kill or Fault.PowerLoss) && found != "new")
                Assert.That(_root.Names().Where(name => name.StartsWith($".{n}.")), Is.Empty, "a failed write tidies up after itself");
            Assert.That(found, Is.EqualTo(overAnOlderFolder ? "old" : null).Or.EqualTo("new"), $"operation {n}");

            Save(_unsynced, folder, "newest");
            Assert.That(Load(folder), Is.EqualTo("newest"), $"the save after operation {n} failed");
        }
        Assert.That(_root.Names().Where(name => name.StartsWith('.')), Is.Empty, "leftovers");
    }

    [Test]
    public void Write_ThatReturned_SurvivesLosingPower()
    {
        foreach (var text in new[] { "first", "second" })
        {
            var files = new FaultyFileSystem(Fault.PowerLoss, failAt: int.MaxValue, sticky: true, _unsynced);
            Save(files, _root["model"], text);
            files.LosePower();

            Assert.That(Load(_root["model"]), Is.EqualTo(text));
        }
    }

    [Test]
    public void Delete_StoppedAtEveryOperation_LeavesTheFolderOrNothing([Values] Fault fault)
    {
        for (var n = 0; ; n++)
        {
            Save(_unsynced, _root[$"{n}"], "old");
            var files = new FaultyFileSystem(fault, n, sticky: true, _unsynced);
            AtomicFileTests.Catch(() => AtomicFolder.Delete(files, _root[$"{n}"]));
            if (!files.Failed)
            {
                Assert.That(n, Is.GreaterThanOrEqualTo(2));
                Assert.That(Directory.Exists(_root[$"{n}"]), Is.False);
                break;
            }
            if (AtomicFolder.Exists(_root[$"{n}"]))
                Assert.That(Load(_root[$"{n}"]), Is.EqualTo("old"));
            Save(_unsynced, _root[$"{n}"], "newest");
            Assert.That(Load(_root[$"{n}"]), Is.EqualTo("newest"));
        }
    }

    [Test]
    [Category("Campaign")]
    public void Write_WithTwoFailuresInARow_StillKeepsTheOldFolder([Range(0, 25, 5)] int first)
    {
        for (var second = 0; second < 30; second++)
        {
            var folder = _root[$"{second}"];
            Save(_unsynced, folder, "old");
            var one = AtomicFileTests.Catch(() => Save(new FaultyFileSystem(Fault.Kill, first, true, _unsynced), folder, "new 1"));
            var two = AtomicFileTests.Catch(() => Save(new FaultyFileSystem(Fault.Kill, second, true, _unsynced), folder, "new 2"));

            Assert.That(Load(folder), Is.AnyOf("old", "new 1", "new 2"));
            if (one is null && two is null)
                Assert.That(Load(folder), Is.EqualTo("new 2"));
        }
    }

    [Test]
    public void Open_OfAFolderWithoutMarker_SaysSo()
    {
        Directory.CreateDirectory(_root["half"]);

        Assert.That(() => AtomicFolder.Open(_root["half"]), Throws.InstanceOf<DirectoryNotFoundException>().With.Message.EqualTo(
            $"Folder '{_root["half"]}' is not there or was never completed: it has no marker.json. "
            + "Write it again, or name another folder."));
    }

    [Test]
    [Category("Campaign")]
    public void Open_AfterEverySingleBitFlip_RefusesTheFolder()
    {
        Save(FileSystems.Default, _root["model"], "one");
        foreach (var path in Directory.EnumerateFiles(_root["model"], "*", SearchOption.AllDirectories))
        {
            var original = File.ReadAllBytes(path);
            for (var bit = 0; bit < original.Length * 8; bit++)
            {
                var damaged = (byte[])original.Clone();
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                File.WriteAllBytes(path, damaged);
                Assert.That(() => AtomicFolder.Open(_root["model"]), Throws.InstanceOf<InvalidDataException>(), $"{path}, bit {bit}");
            }
            File.WriteAllBytes(path, original);
        }
        Assert.That(Load(_root["model"]), Is.EqualTo("one"));
    }

    [Test]
    public void Delete_AfterAKillBetweenTheRenames_DeletesTheOlderVersionToo()
    {
        Save(_unsynced, _root["model"], "one");
        Directory.Move(_root["model"], _root[".model.old"]);

        AtomicFolder.Delete(_unsynced, _root["model"]);

        Assert.That(AtomicFolder.Exists(_root["model"]), Is.False);
        Assert.That(_root.Names(), Is.Empty);
    }

    [Test]
    public void Write_ListsTheFilesInTheOrderOfTheirNames()
    {
        AtomicFolder.Write(_unsynced, _root["model"], folder =>
        {
            foreach (var name in new[] { "b", "a", "C" })
                Put(_unsynced, Path.Combine(folder, name), name);
        });

        Assert.That(FolderMarker.Read(_root["model/marker.json"]).Files.Select(file => file.Name), Is.EqualTo(new[] { "C", "a", "b" }));
    }

    [Test]
    public void Open_WithAFileMissingCutOrChanged_NamesIt()
    {
        Save(FileSystems.Default, _root["model"], "one");
        var path = Path.Combine(_root["model"], "a.txt");

        File.WriteAllText(path, "two");
        Assert.That(() => AtomicFolder.Open(_root["model"]), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            $"File '{path}' has SHA-256 3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3, marker.json says "
            + "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed. The file was changed."));

        File.WriteAllText(path, "on");
        Assert.That(() => AtomicFolder.Open(_root["model"]), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            $"File '{path}' has 2 bytes, marker.json says 3. The file was changed or cut."));

        File.Delete(path);
        Assert.That(() => AtomicFolder.Open(_root["model"]), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            $"File '{path}' is missing, though marker.json lists it."));
    }

    [TestCase("../secret")]
    [TestCase("/etc/passwd")]
    [TestCase("a/../../b")]
    [TestCase("a//b")]
    [TestCase("C:/x")]
    [TestCase("a\\u0000b")]
    [TestCase(".")]
    [TestCase("a/.")]
    [TestCase("..\\\\x")]
    [TestCase("")]
    public void Verify_WithAPathOutsideTheFolder_RefusesIt(string name)
    {
        Directory.CreateDirectory(_root["model"]);
        File.WriteAllText(Path.Combine(_root["model"], "marker.json"),
            $$"""{ "format": 1, "files": [ { "name": "{{name}}", "length": 0, "sha256": "" } ] }""");

        Assert.That(() => AtomicFolder.Verify(_root["model"]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no plain path inside"));
    }

    [Test]
    public void Verify_WithAMarkerOfALaterFormat_SaysWhichItReads()
    {
        Directory.CreateDirectory(_root["model"]);
        File.WriteAllText(Path.Combine(_root["model"], "marker.json"), """{ "format": 2, "files": [] }""");

        Assert.That(() => AtomicFolder.Verify(_root["model"]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("has format 2; this version reads 1"));
    }

    [Test]
    public void Verify_WithAMarkerWrittenOtherwise_SaysThatItWasChanged()
    {
        Save(FileSystems.Default, _root["model"], "one");
        var path = Path.Combine(_root["model"], "marker.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"format\"", "\"Format\""));

        Assert.That(() => AtomicFolder.Verify(_root["model"]), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            $"'{path}' was changed after it was written."));
    }

    [Test]
    public void Exists_AndOpen_AfterAKillBetweenTheRenames_FindTheOlderVersion()
    {
        Save(FileSystems.Default, _root["model"], "one");
        Directory.Move(_root["model"], _root[".model.old"]);

        Assert.That(AtomicFolder.Exists(_root["model"] + Path.DirectorySeparatorChar), Is.True);
        Assert.That(AtomicFolder.Open(_root["model"]), Is.EqualTo(_root[".model.old"]));

        Directory.CreateDirectory(_root["model"]);
        Assert.That(AtomicFolder.Exists(_root["model"]), Is.False, "a folder that was made since is not the run's");
    }

    private static void Save(IFileSystem files, string folder, string text, bool extraFile = false)
        => AtomicFolder.Write(files, folder, temporary =>
        {
            Put(files, Path.Combine(temporary, "a.txt"), text);
            files.CreateFolder(Path.Combine(temporary, "inner"));
            Put(files, Path.Combine(temporary, "inner", "b.txt"), $"{text}, again");
            if (extraFile)
                Put(files, Path.Combine(temporary, "extra.txt"), text);
        });

    private static void Put(IFileSystem files, string path, string text)
    {
        using var stream = files.Create(path);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private static string Load(string folder)
    {
        var current = AtomicFolder.Open(folder);
        var text = File.ReadAllText(Path.Combine(current, "a.txt"));
        Assert.That(File.ReadAllText(Path.Combine(current, "inner", "b.txt")), Is.EqualTo($"{text}, again"), "mixed folder");
        return text;
    }
}
