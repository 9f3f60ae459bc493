using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines.Experiments;

/// <summary>Finished parts serve a resumed run, and never another one.</summary>
public sealed class KeptPartsTests
{
    private sealed record Options(int Steps = 3, string Text = "tales");

    private string _folder = null!;

    [SetUp]
    public void Open() => _folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;

    [TearDown]
    public void Close() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Get_OnAResumedRun_ReadsWhatWasKept()
    {
        Open(resume: false).Get("arm-1.5", () => new List<double> { 1, 0.1 });
        var again = Open(resume: true).Get<List<double>>("arm-1.5", () => throw new InvalidOperationException("made again"));
        Assert.That(again, Is.EqualTo(new[] { 1, 0.1 }));
        Assert.That(Open(resume: true).Get("arm-2", () => 7), Is.EqualTo(7));
    }

    [Test]
    public void Open_OverAnUnfinishedRun_RefusesAndKeepsIt()
    {
        Open(resume: false).Get("one", () => 1);
        Assert.That(() => Open(resume: false),
            Throws.InvalidOperationException.With.Message.Contains("1 finished part(s)").And.Message.Contains("--resume"));
        Assert.That(Open(resume: true).Get("one", () => 2), Is.EqualTo(1));
    }

    [Test]
    public void Open_OverAFinishedRun_RefusesAndKeepsIt()
    {
        Open(resume: false).Get("one", () => 1);
        File.WriteAllText(Path.Combine(_folder, "result.json"), "{}");
        Assert.That(() => Open(resume: false), Throws.InvalidOperationException.With.Message.Contains("holds a finished run")
            .And.Message.Contains("another --out"));
        Assert.That(File.Exists(Path.Combine(_folder, "result.json")), Is.True);
        Assert.That(Open(resume: true).Get("one", () => 2), Is.EqualTo(1));
    }

    [Test]
    public void Open_WithOtherOptions_NamesTheOneThatDiffers()
    {
        Open(resume: false).Get("one", () => 1);
        Assert.That(() => Open(resume: true, new Options(Steps: 4)),
            Throws.InvalidOperationException.With.Message.Contains("steps = 3, not 4"));
        Assert.That(() => Open(resume: true, seed: 2), Throws.InvalidOperationException.With.Message.Contains("seed 1, not 2"));
    }

    [TestCase("")]
    [TestCase("../out")]
    [TestCase("a b")]
    public void Get_WithANameThatIsNoFileName_Throws(string name) =>
        Assert.That(() => Open(resume: false).Get(name, () => 1), Throws.ArgumentException.With.Message.Contains($"'{name}'"));

    [Test]
    public void Open_OverAFinishedRunWithoutItsPlan_ReadsTheResult()
    {
        var folder = Path.Combine(_folder, "run");
        ToyRuns.Write(new RunStore(_folder), "run", result => result with { Seed = 5, Options = PresetFile.ToJson(new Options()) });
        Assert.That(() => KeptParts.Check(new RunRequest("smoke", 5, [], folder, true), new Options()), Throws.Nothing);
        Assert.That(() => KeptParts.Check(new RunRequest("smoke", 5, [], folder, true), new Options(Steps: 4)),
            Throws.InvalidOperationException.With.Message.Contains("steps = 3, not 4"));
        Assert.That(() => KeptParts.Check(new RunRequest("smoke", 6, [], folder, true), new Options()),
            Throws.InvalidOperationException.With.Message.Contains("seed 5, not 6"));
    }

    private KeptParts Open(bool resume, Options? options = null, int seed = 1)
    {
        var request = new RunRequest("smoke", seed, [], _folder, resume);
        return KeptParts.Open(request, options ?? new Options(), new RunSessions(request, TimeProvider.System));
    }
}
