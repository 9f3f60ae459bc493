using System.Diagnostics;
using System.Runtime.InteropServices;
using MlNetLlm.Persistence;
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

        (exit, errors) = Finish(Start(stopped, "--resume"));
        Assert.That(exit, Is.Zero, errors);
        Assert.That(Measured(stopped), Is.EqualTo(Measured(alone)));
    }

    private const int Interrupt = 2;

    // Starting a program for it takes longer than the arm, on a busy machine.
    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private static IReadOnlyList<RunMetric> Measured(string folder) =>
        [.. StrictJson.ReadFile<RunResult>(Path.Combine(folder, "result.json"))
            .Metrics.Where(m => m.Name is not ("seconds" or "peak MiB"))];

    // A program started in the background of a script ignores interrupts, and so would its children: env undoes that.
    private static Process Start(string folder, params IEnumerable<string> more) => Process.Start(new ProcessStartInfo("env",
    [
        "--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "MlNetLlm.Pipelines.dll"),
        "run", "svf", "--preset", "smoke", "--out", folder, "--threads", "1",
        // Enough tokens that the last arm is still training when the interrupt comes.
        "--set", "arms=[\"svf-mlp\",\"full\"]", "--set", "maxTokens=60000", "--set", "testRows=20", "--set", "oldDomainTexts=4",
        "--set", "pretrainTokens=8000", .. more,
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
