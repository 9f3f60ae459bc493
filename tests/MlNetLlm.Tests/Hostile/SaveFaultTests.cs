using MlNetLlm.Persistence;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Hostile;

/// <summary>The n-th operation of a save goes wrong, for every n: the old or the new folder loads, and the next save succeeds.</summary>
public sealed class SaveFaultTests
{
    private Saves _saves = null!;
    private TemporaryFolder _root = null!;

    [OneTimeSetUp]
    public void MakeSaves() => _saves = new Saves();

    [OneTimeTearDown]
    public void DropSaves() => _saves.Dispose();

    [SetUp]
    public void MakeFolder() => _root = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _root.Dispose();

    [Test]
    public void Save_FailingAtSomeOperations_KeepsOldOrNew([ValueSource(typeof(Saves), nameof(Saves.Kinds))] string kind,
        [Values] Fault fault) =>
        Fail(kind, fault, sticky: true, every: 5);

    [Test, Category("Nightly")]
    public void Save_FailingAtEveryOperation_KeepsOldOrNew(
        [ValueSource(typeof(Saves), nameof(Saves.Kinds))] string kind, [Values] Fault fault, [Values] bool sticky) => Fail(kind, fault,
            sticky, every: 1);

    private void Fail(string kind, Fault fault, bool sticky, int every)
    {
        var versions = new[] { 0, 1 }.Select(version =>
        {
            _saves.Save(kind, version, _root[$"version-{version}"], new UnsyncedFileSystem());
            return _saves.Load(kind, _root[$"version-{version}"]);
        }).ToArray();
        Assert.That(versions[0], Is.Not.EqualTo(versions[1]));
        for (var n = 0; ; n += every)
        {
            var folder = _root[$"{n}"];
            _saves.Save(kind, 0, folder, new UnsyncedFileSystem());
            var files = new FaultyFileSystem(fault, n, sticky, new UnsyncedFileSystem());
            var error = AtomicFileTests.Catch(() => _saves.Save(kind, 1, folder, files));
            if (!files.Failed)
            {
                Assert.That(n, Is.GreaterThan(10));
                break;
            }
            Assert.That(error, Is.Null.Or.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>()
                .Or.InstanceOf<KilledException>());
            Assert.That(_saves.Load(kind, folder), error is null ? Is.EqualTo(versions[1]) : Is.AnyOf(versions[0], versions[1]),
                $"operation {n}");
            _saves.Save(kind, 1, folder, new UnsyncedFileSystem());
            Assert.That(_saves.Load(kind, folder), Is.EqualTo(versions[1]), $"the save after operation {n}");
        }
    }
}
