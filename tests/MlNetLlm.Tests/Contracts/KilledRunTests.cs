namespace MlNetLlm.Tests.Contracts;

/// <summary>A run killed with SIGKILL and started again ends with the same bits as one that was left alone.</summary>
public sealed class KilledRunTests
{
    private string _folder = null!;

    [SetUp]
    public void Open() => _folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;

    [TearDown]
    public void Close() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Resume_AfterAKill_EndsWithTheSameBits([Values("svf", "lora", "full", "reset", "task")] string method) =>
        KillAndCompare(method, kills: 1, seed: 1);

    [Test, Category("Slow")]
    public void Resume_AfterTwentyKills_EndsWithTheSameBits(
        [Values("svf", "lora", "full", "pretrain", "reset", "relearn", "task", "svf-reinforce", "lora-reinforce", "sae",
            "concepts")] string method) =>
        KillAndCompare(method, kills: 20, seed: 2);

    /// <summary>Killed once in each of the 40 steps, half of them in the middle of one.</summary>
    [Test, Category("Nightly")]
    public void Resume_AfterAKillInEachStep_EndsWithTheSameBits(
        [Values("svf", "lora", "full", "pretrain", "reset", "relearn", "task", "svf-reinforce", "lora-reinforce", "sae",
            "concepts")] string method)
    {
        var expected = ChildProcess.Run([], "train", method, Path.Combine(_folder, "alone"))[^1];
        for (var step = 1; step <= Nightly.Of(39); step++)
        {
            var folder = Path.Combine(_folder, $"killed-{step}");
            KillWithin(method, folder, step, delay: step % 2 * 2);
            Assert.That(ChildProcess.Run([], "train", method, folder)[^1], Is.EqualTo(expected), $"killed after step {step}");
        }
    }

    // Each kill comes at a random step and a random moment within it; the last start runs to the end.
    private void KillAndCompare(string method, int kills, int seed)
    {
        var expected = ChildProcess.Run([], "train", method, Path.Combine(_folder, "alone"))[^1];
        var random = new Random(seed);
        var folder = Path.Combine(_folder, "killed");
        for (var kill = 0; kill < kills; kill++) KillWithin(method, folder, steps: random.Next(1, 1 + 39 / kills + 1),
            delay: random.Next(4));
        Assert.That(ChildProcess.Run([], "train", method, folder)[^1], Is.EqualTo(expected));
        Assert.That(expected, Does.StartWith("fingerprint "));
    }

    private static void KillWithin(string method, string folder, int steps, int delay)
    {
        using var process = ChildProcess.Start("train", method, folder);
        _ = process.StandardError.ReadToEndAsync();
        for (var seen = 0; seen < steps && process.StandardOutput.ReadLine() is { } line;)
            if (line.StartsWith("step ", StringComparison.Ordinal)) seen++;
        Thread.Sleep(delay);
        process.Kill();
        process.WaitForExit();
    }
}
