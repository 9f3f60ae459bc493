using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Pipelines.Commands;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines;

public sealed class SweepCommandTests
{
    private const string Space = """
        { "metric": { "arm": "svf-mlp", "name": "perplexity", "split": "new-domain" }, "space": { SPACE } }
        """;

    private const string Tiny = """
        "maxTokens": { "choice": [800] }, "testRows": { "choice": [8] }, "validationRows": { "choice": [4] },
        "pretrainTokens": { "choice": [4000] }, "oldDomainTexts": { "choice": [2] }, "bootstrapResamples": { "choice": [200] }
        """;

    private static string Write(TemporaryFolder folder, string space)
    {
        var path = Path.Combine(folder.Path, "space.json");
        File.WriteAllText(path, Space.Replace("SPACE", space, StringComparison.Ordinal));
        return path;
    }

    [Test]
    public void Sweep_OfAnUnknownOption_RefusesItBeforeAnyTrial()
    {
        using var folder = new TemporaryFolder();
        var space = Write(folder, "\"maxTokkens\": { \"choice\": [1000, 2000] }");
        var (exit, _, errors) = Command.Run("sweep", "svf", "--space", space, "--out", Path.Combine(folder.Path, "out"));
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain("'maxTokens'"));
        Assert.That(Directory.Exists(Path.Combine(folder.Path, "out")), Is.False);
    }

    [Test]
    public void Sweep_HalvingAnUnknownOption_RefusesItBeforeAnyTrial()
    {
        using var folder = new TemporaryFolder();
        var space = Write(folder, "\"testRows\": { \"choice\": [8] } }, \"halving\": { \"option\": \"maxTokkens\", \"budgets\": [1, 2]");
        var (exit, _, errors) = Command.Run("sweep", "svf", "--space", space, "--out", folder["out"]);
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain("'maxTokens'"));
        Assert.That(Directory.Exists(folder["out"]), Is.False);
    }

    [Test]
    public async Task Sweep_IntoAnotherSweepsFolder_IsRefusedAndChangesNothing()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "sweep");
        await new ParallelSweep(new() { { "x", new ChoiceOption(1, 2) } }, new SweepOptions { Trials = 1 }, run.Folder, (request, _) =>
            Task.FromResult(new TrialOutcome(request.Trial, request.Round, TrialStatus.Completed, 1, 1))).RunAsync();
        var space = Write(folder, "\"maxTokens\": { \"choice\": [800] }");
        var (exit, _, errors) = Command.Run("sweep", "svf", "--space", space, "--out", run.Folder);
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain("another sweep: its experiment is none"));
        Assert.That(RunSeal.Check(run.Folder), Is.True);
    }

    [Test]
    public async Task Threads_OfASweepThatGoesOn_AreItsOwn_WhateverTheWorkers()
    {
        using var folder = new TemporaryFolder();
        Assert.That(SweepCommand.Threads(null, folder.Path, workers: 1000), Is.EqualTo(1), "none is there yet");
        await new ParallelSweep(new() { { "x", new ChoiceOption(1, 2) } }, new SweepOptions { Trials = 1 }, folder.Path, (request, _) =>
                Task.FromResult(new TrialOutcome(request.Trial, request.Round, TrialStatus.Completed, 1, 1)),
            subject: new JsonObject { ["threads"] = 7 }).RunAsync();
        foreach (var workers in new[] { 1, 2, 1000 })
            Assert.That(SweepCommand.Threads(null, folder.Path, workers), Is.EqualTo(7));
        Assert.That(SweepCommand.Threads(2, folder.Path, workers: 1), Is.EqualTo(2), "what is asked for is refused by name later");
        Assert.That(() => SweepCommand.Threads(0, folder.Path, workers: 1), Throws.ArgumentException.With.Message.Contains("--threads is 0"));
    }

    [Test]
    [Category("Slow")]
    public void Sweep_OfAMetricThatNoResultHas_NamesThoseThereAre_AndGoesOnWhenCorrected()
    {
        using var folder = new TemporaryFolder();
        var space = Write(folder, Tiny);
        File.WriteAllText(space, File.ReadAllText(space).Replace("svf-mlp", "svf-mpl", StringComparison.Ordinal));
        string[] arguments = ["sweep", "svf", "--space", space, "--trials", "1", "--out", folder["sweep"]];
        var (exit, _, errors) = Command.Run(arguments);
        Assert.That(exit, Is.EqualTo(2), errors);
        Assert.That(errors, Does.Contain("no metric svf-mpl/perplexity/new-domain").And.Contain("svf-mlp/perplexity/new-domain"));

        File.WriteAllText(space, File.ReadAllText(space).Replace("svf-mpl", "svf-mlp", StringComparison.Ordinal));
        (exit, _, errors) = Command.Run(arguments);
        Assert.That(exit, Is.Zero, errors);
        Assert.That(ParallelSweep.Read(folder["sweep"]).Single().Outcome!.Status, Is.EqualTo(TrialStatus.Completed));
    }

    [Test]
    [Category("Slow")]
    public void Sweep_KilledAndStartedAgain_EndsWithTheBestTrial()
    {
        using var folder = new TemporaryFolder();
        var space = Write(folder, Tiny.Replace("[800]", "[800, 1600]", StringComparison.Ordinal));
        var sweep = Path.Combine(folder.Path, "sweep");
        string[] arguments = ["sweep", "svf", "--space", space, "--tuner", "grid", "--trials", "2", "--out", sweep];

        using (var driver = Command.Start([.. arguments, "--workers", "2"]))
        {
            while (!File.Exists(Path.Combine(sweep, "trials", "0000-0", "run.json"))) Thread.Sleep(20);
            driver.Kill();
            driver.WaitForExit();
        }
        var (exit, output, errors) = Command.Run([.. arguments, "--workers", "1"]);
        Assert.That(exit, Is.Zero, errors);
        Assert.That(output, Does.Contain("best point"));

        var trials = ParallelSweep.Read(sweep);
        Assert.That(trials.Select(t => t.Outcome?.Status), Is.EqualTo(new[] { TrialStatus.Completed, TrialStatus.Completed }));
        var result = StoredRun.Open(sweep).Result!;
        Assert.That(result.Metrics.Single(m => m is { Arm: "best", Name: "perplexity" }).Value,
            Is.EqualTo(trials.Min(t => t.Outcome!.Loss)));
    }

    [Test]
    [Category("Slow")]
    [Platform("Linux")]
    public void Sweep_WhoseWorkerIsKilled_SaysSoAndRunsItWhenRepeated()
    {
        using var folder = new TemporaryFolder();
        var space = Write(folder, Tiny);
        string[] arguments = ["sweep", "svf", "--space", space, "--trials", "1", "--out", folder["sweep"]];
        using (var driver = Command.Start(arguments))
        {
            var errors = driver.StandardError.ReadToEndAsync();
            while (!File.Exists(Path.Combine(folder["sweep"], "trials", "0000-0", "run.json"))) Thread.Sleep(20);
            Worker(Path.Combine(folder["sweep"], "trials", "0000-0")).Kill();
            driver.WaitForExit();
            Assert.That(driver.ExitCode, Is.EqualTo(2));
            Assert.That(errors.Result, Does.Contain("trial 0: Killed, its process was killed (signal 9)").And.Contain("Repeat the command"));
        }
        var (exit, output, repeated) = Command.Run(arguments);
        Assert.That(exit, Is.Zero, repeated);
        Assert.That(output, Does.Contain("best point"));
        Assert.That(ParallelSweep.Read(folder["sweep"]).Single().Outcome!.Status, Is.EqualTo(TrialStatus.Completed));

        (exit, _, repeated) = Command.Run(arguments);
        Assert.That(exit, Is.Zero);
        Assert.That(repeated, Does.Contain("1 of 1 trials are there already; best "));
    }

    // The process whose command line names the trial's folder.
    private static Process Worker(string folder) => Process.GetProcesses().Single(process =>
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline").Split('\0').Contains(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;   // it has just ended
        }
    });

    [Test]
    [Category("Slow")]
    [Platform(Exclude = "Win")]
    public void Sweep_OfTheProgramItself_NeedsNoDotnetOnThePath()
    {
        using var folder = new TemporaryFolder();
        var space = Write(folder, Tiny);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "MlNetLlm.Pipelines"),
            ["sweep", "svf", "--space", space, "--trials", "1", "--out", folder["sweep"]])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["PATH"] = folder.Path;
        start.Environment.Remove("DOTNET_HOST_PATH");
        // The runtime of this test: dotnet/shared/Microsoft.NETCore.App/version
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        using var sweep = Process.Start(start)!;
        var errors = sweep.StandardError.ReadToEndAsync();
        Assert.That(sweep.StandardOutput.ReadToEnd(), Does.Contain("best point"), () => errors.Result);
        sweep.WaitForExit();
        Assert.That(sweep.ExitCode, Is.Zero);
    }

    [Test]
    [Category("Slow")]
    public void Sweep_WithLimits_StopsTrialsAtThem()
    {
        using var folder = new TemporaryFolder();
        var space = Write(folder, "\"maxTokens\": { \"choice\": [4000000] }");
        var sweep = Path.Combine(folder.Path, "sweep");
        var (exit, _, errors) = Command.Run("sweep", "svf", "--space", space, "--trials", "1", "--trial-seconds", "1", "--out", sweep);
        Assert.That(exit, Is.EqualTo(2));
        Assert.That(errors, Does.Contain("stopped after 1 s"));
        Assert.That(ParallelSweep.Read(sweep).Single().Outcome!.Status, Is.EqualTo(TrialStatus.TimedOut));

        (_, _, errors) = Command.Run("sweep", "svf", "--space", space, "--trials", "1", "--trial-mib", "20", "--out", sweep + "-2");
        Assert.That(errors, Does.Contain("stopped above 20 MiB"));
    }
}
