using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

public sealed class FolderLockTests
{
    private TemporaryFolder _root = null!;

    [SetUp]
    public void MakeFolder() => _root = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _root.Dispose();

    [Test]
    public void Take_OfAFolderAtWork_IsRefusedUntilItIsLetGo()
    {
        using (var held = FolderLock.Take(_root["run"]))
        {
            Assert.That(held.Folder, Is.EqualTo(_root["run"]));
            Assert.That(FolderLock.TryTake(_root["run"]), Is.Null);
            Assert.That(() => FolderLock.Take(_root["run"]), Throws.InvalidOperationException.With.Message.EqualTo(
                $"Another process is at work on '{_root["run"]}'. Wait for it, stop it, or choose another folder."));
        }
        using var again = FolderLock.TryTake(_root["run"]);
        Assert.That(again, Is.Not.Null);
    }

    [Test]
    public void TryTake_OfAFolderThatCannotBe_SaysWhyInsteadOfWaiting() =>
        Assert.That(() => FolderLock.TryTake(_root[new string('n', 300)]), Throws.TypeOf<PathTooLongException>());

    [Test]
    [Platform("Linux,MacOsX")]
    public void TryTake_WhereTheLockCannotBeOpened_SaysWhyInsteadOfNamingAnotherProcess()
    {
        Directory.CreateDirectory(_root["run"]);
        File.CreateSymbolicLink(Path.Combine(_root["run"], FolderLock.Name), FolderLock.Name);   // leads to itself
        Assert.That(() => FolderLock.TryTake(_root["run"]), Throws.InstanceOf<IOException>());
        Assert.That(() => FolderLock.Take(_root["run"]), Throws.InstanceOf<IOException>());
    }
}
