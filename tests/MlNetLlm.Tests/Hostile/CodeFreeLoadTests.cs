using MlNetLlm.Persistence;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Hostile;

/// <summary>Loading damaged folders, in a process of its own that watches: no assembly, process, socket or changed file.</summary>
public sealed class CodeFreeLoadTests
{
    [Test]
    public void Load_OfHostileFolders_RunsNothing() => Load(200);

    [Test, Category("Nightly")]
    public void Load_OfThousandsOfHostileFolders_RunsNothing() => Load(Nightly.Of(10_000));

    private static void Load(int count)
    {
        using var root = new TemporaryFolder();
        using var saves = new Saves();
        foreach (var (name, kind) in new[]
        {
            ("own", "model"), ("hf", "huggingface"), ("adapter", "svf"), ("adapter-lora", "lora"), ("peft", "peft"), ("hf-bare",
                "huggingface"), ("library", "library"),
        })
            saves.Save(kind, 0, Path.Combine(root["templates"], name), FileSystems.Default);
        File.Delete(Path.Combine(root["templates"], "hf-bare", AtomicFolder.MarkerName));

        var output = ChildProcess.Run([], "hostile", root["templates"], $"{count}");

        TestContext.Out.WriteLine(output[^1]);
        Assert.That(output, Has.Count.EqualTo(1), string.Join('\n', output));
        Assert.That(int.Parse(output[0].Split(' ')[1]), Is.InRange(count / 4, count + 59), "damage of both sorts");
    }
}
