using System.ComponentModel;
using System.Diagnostics;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;

namespace MlNetLlm.Pipelines.Sweeps;

/// <summary>Limits of one trial; null is none.</summary>
/// <param name="Time">The longest it may take.</param>
/// <param name="MemoryMiB">The most resident memory its process may hold.</param>
internal sealed record TrialLimits(TimeSpan? Time, long? MemoryMiB)
{
    /// <summary>Whether a trial was stopped at a limit that is higher now, or gone.</summary>
    public bool AreAbove(TrialOutcome outcome) => outcome.Limit is { } limit
        && (outcome.Status == TrialStatus.TimedOut ? !(Time?.TotalSeconds <= limit) : !(MemoryMiB <= limit));
}

/// <summary>What all trials of a sweep share.</summary>
/// <param name="Experiment">Short name of the experiment.</param>
/// <param name="Preset">Its preset.</param>
/// <param name="Seed">The seed of every trial.</param>
/// <param name="Threads">Threads of a trial's tensor operations.</param>
/// <param name="Metric">What is read from a trial's result.</param>
/// <param name="Folder">The folder with one folder a trial.</param>
/// <param name="Limits">Limits of a trial.</param>
internal sealed record TrialPlan(
    string Experiment, string Preset, int Seed, int Threads, SweepMetric Metric, string Folder, TrialLimits Limits)
{
    /// <summary>Whether a trial that ended so runs again when the sweep goes on: the machine ended it, or a limit that is higher now.</summary>
    public bool RunsAgain(TrialOutcome outcome) => outcome.Status == TrialStatus.Killed || Limits.AreAbove(outcome);
}

/// <summary>
/// Runs a trial as a process of its own: mlnetllm run with the point's values. It ends with its parent, at its limits, or by itself.
/// </summary>
/// <param name="plan">What all trials share.</param>
/// <param name="program">How mlnetllm is started.</param>
internal sealed class TrialProcess(TrialPlan plan, TrialProgram program)
{
    private const int KeptLetters = 2000;
    private const int FirstSignal = 128;   // a shell's way to say by exit code which signal ended a process, and .NET's
    private const int LastSignal = 64;
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    public async Task<TrialOutcome> RunAsync(TrialRequest request, CancellationToken cancellation)
    {
        var folder = FolderOf(plan.Folder, request);
        // Finished, but the sweep was stopped before it took note.
        if (StoredRun.Open(folder) is var run && IsFinished(request, run)) return Read(request, run);
        var watch = Stopwatch.StartNew();
        using var process = Start(request, folder);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var status = await WaitAsync(process, watch, cancellation);
        var said = (await errors).Trim();
        _ = await output;
        cancellation.ThrowIfCancellationRequested();
        if (status is { } stopped)
            return new TrialOutcome(request.Trial, request.Round, stopped, null, watch.ElapsedMilliseconds, LimitText(stopped),
                stopped == TrialStatus.TimedOut ? plan.Limits.Time?.TotalSeconds : plan.Limits.MemoryMiB);
        if (process.ExitCode != 0) return Broken(request, process.ExitCode, said, watch.ElapsedMilliseconds);
        return Read(request, StoredRun.Open(folder)) with { Milliseconds = watch.ElapsedMilliseconds };
    }

    /// <summary>The folder of a trial in the folder of all trials.</summary>
    public static string FolderOf(string trials, TrialRequest request) => Path.Combine(trials, $"{request.Trial:0000}-{request.Round}");

    private bool IsFinished(TrialRequest request, StoredRun run) =>
        RunSeal.Check(run.Folder) && run is { Manifest: { } asked, Result: { } result }
        && (asked.Experiment, asked.Preset, asked.Seed) == (plan.Experiment, plan.Preset, plan.Seed)
        && result.Environment.Threads == plan.Threads && asked.Sets.Order().SequenceEqual(Sets(request).Order());

    private static IEnumerable<string> Sets(TrialRequest request) => request.Values.Select(v => $"{v.Key}={v.Value}");

    // Whatever is wrong here is wrong with the machine.
    private Process Start(TrialRequest request, string folder)
    {
        try
        {
            FileSystems.Default.Delete(folder);
            return Process.Start(StartInfo(request, folder))!;
        }
        catch (Exception error) when (error is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new SweepFaultException($"Trial {request.Trial} did not start: {error.Message} Finished trials are kept; when this is "
                + "mended, the same command goes on.") { IsOfTheMachine = true };
        }
    }

    private static TrialOutcome Broken(TrialRequest request, int exitCode, string said, long milliseconds)
    {
        var isKilled = !OperatingSystem.IsWindows() && exitCode is > FirstSignal and <= FirstSignal + LastSignal;
        var how = isKilled ? $"its process was killed (signal {exitCode - FirstSignal})" : $"exit code {exitCode}";
        return new TrialOutcome(request.Trial, request.Round, isKilled ? TrialStatus.Killed : TrialStatus.Failed, null, milliseconds,
            said.Length == 0 ? how : $"{how}: {(said.Length > KeptLetters ? said[^KeptLetters..] : said)}");
    }

    private ProcessStartInfo StartInfo(TrialRequest request, string folder)
    {
        List<string> arguments =
        [
            .. program.First, "run", plan.Experiment, "--preset", plan.Preset, "--seed", $"{plan.Seed}",
            "--out", folder, "--threads", $"{plan.Threads}", "--end-with-input",
        ];
        foreach (var set in Sets(request)) arguments.AddRange(["--set", set]);
        return new ProcessStartInfo(program.File, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
    }

    /// <returns>Null when it ended by itself.</returns>
    private async Task<TrialStatus?> WaitAsync(Process process, Stopwatch watch, CancellationToken cancellation)
    {
        while (!process.HasExited)
        {
            var over = cancellation.IsCancellationRequested ? TrialStatus.Failed
                : watch.Elapsed > plan.Limits.Time ? TrialStatus.TimedOut
                : MiB(process) > plan.Limits.MemoryMiB ? TrialStatus.OutOfMemory : (TrialStatus?)null;
            if (over is null)
            {
                await Task.Delay(_look, CancellationToken.None);
                continue;
            }
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return over;
        }
        await process.WaitForExitAsync(CancellationToken.None);
        return null;
    }

    private static long MiB(Process process)
    {
        process.Refresh();
        try
        {
            return process.WorkingSet64 >> 20;
        }
        catch (InvalidOperationException)
        {
            return 0;   // it has just ended
        }
    }

    private string LimitText(TrialStatus status) => status == TrialStatus.TimedOut
        ? $"stopped after {plan.Limits.Time!.Value.TotalSeconds:F0} s" : $"stopped above {plan.Limits.MemoryMiB} MiB";

    private TrialOutcome Read(TrialRequest request, StoredRun run)
    {
        var metric = plan.Metric;
        var result = run.Result!;
        var found = result.Metrics.FirstOrDefault(m => m.Arm == metric.Arm && m.Name == metric.Name && m.Split == metric.Split);
        if (found is null)
            throw new SweepFaultException($"Trial {request.Trial} has no metric {Name(metric.Arm, metric.Name, metric.Split)}. It has: "
                + $"{string.Join(", ", result.Metrics.Select(m => Name(m.Arm, m.Name, m.Split)).Distinct())}. Correct the space file.");
        var loss = metric.Maximize ? -found.Value : found.Value;
        return new TrialOutcome(request.Trial, request.Round, TrialStatus.Completed, loss, (long)(result.Seconds * 1000));
    }

    private static string Name(string arm, string name, string? split) => split is null ? $"{arm}/{name}" : $"{arm}/{name}/{split}";
}
