using System.Diagnostics;
using System.Runtime.InteropServices;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>Ctrl-C stops the command cleanly, and --resume ends with what a run left alone ends with.</summary>
[Platform("Linux")]
public sealed class InterruptedRunTests
{
    private string _folder = null!;

    [SetUp]
    public void Open() => _folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;

    [TearDown]
    public void Close() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Run_InterruptedAndResumed_GivesTheSameResult()
    {
        var (alone, stopped) = (Path.Combine(_folder, "alone"), Path.Combine(_folder, "stopped"));
        Assert.That(Finish(Start(alone)).Exit, Is.Zero);

        var process = Start(stopped);
        while (process.StandardError.ReadLine() is { } line && !line.StartsWith("full", StringComparison.Ordinal))
        {
        }
        Assert.That(Kill(process.Id, Interrupt), Is.Zero);
        var (exit, errors) = Finish(process);
        Assert.That(exit, Is.EqualTo(130), errors);
        Assert.That(errors, Does.Contain("--resume"));
        Assert.That(File.Exists(Path.Combine(stopped, "result.json")), Is.False);

        (exit, errors) = Finish(Start(stopped, "--resume", "--threads", "2"));
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain("begun with threads 1, and this process has 2").And.Contain("Resume with --threads 1"));

        (exit, errors) = Finish(Start(stopped, "--resume"));
        Assert.That(exit, Is.Zero, errors);
        Assert.That(Measured(stopped), Is.EqualTo(Measured(alone)));

        var sessions = StrictJson.ReadFile<List<RunSession>>(Path.Combine(stopped, "sessions.json"));
        var result = Result(stopped);
        Assert.That(sessions, Has.Count.EqualTo(2));
        Assert.That(sessions.Select(session => session.Seconds), Has.All.GreaterThan(0));
        Assert.That(result.Seconds, Is.GreaterThanOrEqualTo(sessions.Sum(session => session.Seconds) - 0.01));
        Assert.That(result.PeakMemoryMiB, Is.GreaterThanOrEqualTo(sessions.Max(session => session.PeakMemoryMiB)));
        Assert.That(result.Environment, Is.EqualTo(Result(alone).Environment));
    }

    private const int Interrupt = 2;

    // Starting a program for it takes longer than the arm, on a busy machine.
    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private static IReadOnlyList<RunMetric> Measured(string folder) =>
        [.. Result(folder).Metrics.Where(m => m.Name is not ("seconds" or "peak MiB"))];

    private static RunResult Result(string folder) => StrictJson.ReadFile<RunResult>(Path.Combine(folder, "result.json"));

    // A program started in the background of a script ignores interrupts, and so would its children: env undoes that.
    private static Process Start(string folder, params IEnumerable<string> more) => Process.Start(new ProcessStartInfo("env",
    [
        "--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "MlNetLlm.Pipelines.dll"),
        "run", "svf", "--preset", "smoke", "--out", folder,
        // Enough tokens that the last arm is still training when the interrupt comes.
        "--set", "arms=[\"svf-mlp\",\"full\"]", "--set", "maxTokens=60000", "--set", "testRows=20", "--set", "oldDomainTexts=4",
        "--set", "pretrainTokens=8000", .. more.Contains("--resume") ? more : [.. more, "--threads", "1"],
    ])
    {
        RedirectStandardOutput = true, RedirectStandardError = true,
    })!;

    private static (int Exit, string Errors) Finish(Process process)
    {
        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, errors.Result);
        }
    }
}
