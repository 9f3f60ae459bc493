using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Hostile;

/// <summary>A process is killed with SIGKILL while it saves: the last or the new model loads, unmixed, and the next save
/// succeeds.</summary>
public sealed class KilledSaveTests
{
    [Test]
    public void Save_KilledAtRandomMoments_LeavesOneOfTheTwoModels() => Kill(8);

    [Test, Category("Nightly")]
    public void Save_KilledTwoThousandTimes_LeavesOneOfTheTwoModels() => Kill(Nightly.Of(2_000));

    private static void Kill(int times)
    {
        using var root = new TemporaryFolder();
        using var third = Toy.Model();
        var random = new Random(1);
        var leftovers = 0;
        for (var time = 0; time < times; time++)
        {
            var fingerprints = KillOne(root["model"], after: random.Next(1, 4), microseconds: random.Next(20_000));
            leftovers += root.Names().Count() > 1 ? 1 : 0;
            using (var model = LanguageModel.Load(root["model"]))
                Assert.That(model.Fingerprint, Is.AnyOf(fingerprints), $"kill {time}");
            third.Save(root["model"]);
            using (var model = LanguageModel.Load(root["model"]))
                Assert.That(model.Fingerprint, Is.EqualTo(third.Fingerprint), $"the save after kill {time}");
            Assert.That(root.Names(), Is.EqualTo(new[] { "model" }), $"leftovers after the save after kill {time}");
        }
        TestContext.Out.WriteLine($"{leftovers} of {times} kills came in the middle of a save");
        Assert.That(leftovers, Is.GreaterThan(times / 20), "the kills must hit saves");
    }

    private static string[] KillOne(string folder, int after, int microseconds)
    {
        using var process = ChildProcess.Start("save", folder);
        _ = process.StandardError.ReadToEndAsync();
        var fingerprints = process.StandardOutput.ReadLine()!.Split(' ');
        for (var seen = 0; seen < after; seen++)
            Assert.That(process.StandardOutput.ReadLine(), Is.EqualTo("saved"));
        Thread.Sleep(TimeSpan.FromMicroseconds(microseconds));
        process.Kill();
        process.WaitForExit();
        return fingerprints;
    }
}
