using MlNetLlm.Pipelines.Commands;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.Commands;

public sealed class OutOptionTests
{
    [Test]
    public void Made_OfAFolderThatIsNotThere_MakesIt()
    {
        using var folder = new TemporaryFolder();
        Assert.That(OutOption.Checked(folder["a/b"]), Is.EqualTo(folder["a/b"]));
        Assert.That(Directory.Exists(folder["a"]), Is.False);
        Assert.That(OutOption.Made(folder["a/b"]), Is.EqualTo(folder["a/b"]));
        Assert.That(Directory.Exists(OutOption.Made(folder["a/b"])), Is.True);
    }

    [Test]
    public void Made_WhereAFileIs_SaysWhich()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        foreach (var given in new[] { folder["file"], folder["file/a/b"] })
            Assert.That(() => OutOption.Made(given), Throws.ArgumentException.With.Message.EqualTo(
                $"--out is '{given}', but '{folder["file"]}' is a file. Name a folder."));
        Assert.That(() => OutOption.Made(" "), Throws.ArgumentException.With.Message.EqualTo("--out is empty. Name a folder."));
    }

    [Test]
    [Platform("Linux")]
    public void Made_WhereNoFolderCanBe_SaysSo()
    {
        var given = $"/proc/{Guid.NewGuid():N}";
        Assert.That(() => OutOption.Made(given), Throws.ArgumentException.With.Message.EqualTo(
            $"--out is '{given}', where no folder can be made. Name one in a place that you may write to."));
    }
}
