using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

public sealed class AtomicFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void WriteAllText_OverAnOlderFile_ReplacesItAndLeavesNothingElse()
    {
        AtomicFile.WriteAllText(FileSystems.Default, _folder["a.txt"], "old content");
        AtomicFile.WriteAllText(FileSystems.Default, _folder["a.txt"], "new");

        Assert.That(File.ReadAllText(_folder["a.txt"]), Is.EqualTo("new"));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "a.txt" }));
    }

    [Test]
    public void Write_IntoFoldersNotThere_MakesThem()
    {
        var path = Path.Combine(_folder["x"], "y", "a.bin");

        AtomicFile.Write(FileSystems.Default, path, stream => stream.Write([1, 2, 3]));

        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Write_WhenTheCallbackThrows_KeepsTheOldContent()
    {
        AtomicFile.WriteAllText(FileSystems.Default, _folder["a.txt"], "old");

        Assert.That(() => AtomicFile.Write(FileSystems.Default, _folder["a.txt"], Broken), Throws.InstanceOf<FormatException>());
        Assert.That(File.ReadAllText(_folder["a.txt"]), Is.EqualTo("old"));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "a.txt" }));

        static void Broken(Stream stream)
        {
            stream.Write([1]);
            throw new FormatException();
        }
    }

    [Test]
    public void WriteAllText_FailingAtEveryOperation_LeavesOldOrNewAndTheNextSaveSucceeds(
        [Values] Fault fault, [Values] bool sticky, [Values] bool overAnOlderFile)
    {
        for (var n = 0; ; n++)
        {
            var path = _folder[$"{n}.txt"];
            if (overAnOlderFile)
                AtomicFile.WriteAllText(FileSystems.Default, path, "old content");
            var files = new FaultyFileSystem(fault, n, sticky);
            var error = Catch(() => AtomicFile.WriteAllText(files, path, "new content"));

            if (!files.Failed)
            {
                Assert.That(n, Is.GreaterThanOrEqualTo(5), "create, write, flush, move, sync");
                break;
            }
            Assert.That(error, Is.Not.Null, $"operation {n} failed in silence");
            var found = File.Exists(path) ? File.ReadAllText(path) : null;
            Assert.That(found, Is.EqualTo(overAnOlderFile ? "old content" : null).Or.EqualTo("new content"), $"operation {n}");

            AtomicFile.WriteAllText(FileSystems.Default, path, "newest");
            Assert.That(File.ReadAllText(path), Is.EqualTo("newest"), $"the save after operation {n} failed");
        }
        Assert.That(_folder.Names().Where(name => name.EndsWith(".tmp")), Is.Empty);
    }

    [Test]
    public void WriteAllText_ThatReturned_SurvivesLosingPower()
    {
        foreach (var text in new[] { "first", "second" })
        {
            var files = new FaultyFileSystem(Fault.PowerLoss, failAt: int.MaxValue, sticky: true);
            AtomicFile.WriteAllText(files, _folder["a.txt"], text);
            files.LosePower();

            Assert.That(File.ReadAllText(_folder["a.txt"]), Is.EqualTo(text));
        }
    }

    [Test]
    public void Write_ByTwoWritersAtATime_KeepsOneOfThemWhole()
    {
        AtomicFile.Write(FileSystems.Default, _folder["a.txt"], stream =>
        {
            stream.Write("first "u8);
            var other = new Thread(() => AtomicFile.WriteAllText(FileSystems.Default, _folder["a.txt"], "other"));
            other.Start();
            other.Join();
            Assert.That(File.ReadAllText(_folder["a.txt"]), Is.EqualTo("other"));
            stream.Write("writer"u8);
        });
        Assert.That(File.ReadAllText(_folder["a.txt"]), Is.EqualTo("first writer"));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "a.txt" }));
    }

    [Test]
    public void Write_DeletesWhatKilledWritersOfThisMachineLeft_AndNothingElse()
    {
        var machine = Machine();
        // No system numbers a process so high. The others: writers at work here and elsewhere, and files of other kinds.
        string[] left = [$".a.txt.{machine}-{int.MaxValue}-1.tmp", $".b.json.{machine}-{int.MaxValue}-27.tmp"];
        string[] kept =
        [
            $".a.txt.{machine}-{Environment.ProcessId}-987654.tmp", $".a.txt.{machine}x-{int.MaxValue}-1.tmp",
            $".a.txt.elsewhere-{int.MaxValue}-1.tmp", $"a.txt.{machine}-{int.MaxValue}-1.tmp", ".a.txt.other.tmp", ".a.txt.tmp",
        ];
        foreach (var name in left.Concat(kept)) File.WriteAllText(_folder[name], "");
        AtomicFile.WriteAllText(FileSystems.Default, _folder["a.txt"], "new");
        Assert.That(_folder.Names(), Is.EquivalentTo(kept.Append("a.txt")));
    }

    [Test]
    public void Write_OfARoot_IsRefusedBeforeAnythingIsDone()
    {
        var files = new FaultyFileSystem(Fault.InputOutput, failAt: 0, sticky: true);
        var root = Path.GetPathRoot(_folder.Path)!;

        Assert.That(() => AtomicFile.WriteAllText(files, root, "x"),
            Throws.ArgumentException.With.Message.StartsWith($"'{root}' names no file that can be written."));
        Assert.That(() => AtomicFolder.Write(files, root, _ => { }),
            Throws.ArgumentException.With.Message.StartsWith($"'{root}' names no folder that can be replaced."));
        Assert.That(files.Operations, Is.Zero);
    }

    [Test]
    public void Write_LooksForLeftoversOnceAFolder()
    {
        var files = new FaultyFileSystem(Fault.Kill, failAt: int.MaxValue, sticky: true);
        foreach (var name in new[] { "a.txt", "a.txt", "b.txt" }) AtomicFile.WriteAllText(files, _folder[name], "text");
        Assert.That(files.Looks, Is.EqualTo(1));
        Directory.CreateDirectory(_folder["other"]);
        AtomicFile.WriteAllText(files, _folder["other/a.txt"], "text");
        Assert.That(files.Looks, Is.EqualTo(2));
    }

    // As the writer itself names it: of a write that is killed before its file has its name.
    private string Machine()
    {
        var files = new FaultyFileSystem(Fault.Kill, failAt: 1, sticky: true);
        Assert.That(() => AtomicFile.WriteAllText(files, _folder["killed/a.txt"], "text"), Throws.InstanceOf<KilledException>());
        Directory.CreateDirectory(_folder["killed"]);
        files = new FaultyFileSystem(Fault.Kill, failAt: 1, sticky: true);
        Assert.That(() => AtomicFile.WriteAllText(files, _folder["killed/a.txt"], "text"), Throws.InstanceOf<KilledException>());
        var name = Path.GetFileName(Directory.EnumerateFiles(_folder["killed"]).Single());
        Directory.Delete(_folder["killed"], recursive: true);
        return name.Split('.')[^2].Split('-')[0];
    }

    internal static Exception? Catch(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
