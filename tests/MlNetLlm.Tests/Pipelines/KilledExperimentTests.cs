using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>A run that is killed (SIGKILL) again and again, in whatever stage it is in, ends with what a run left alone ends with.</summary>
[Category("Slow")]
public sealed class KilledExperimentTests
{
    private const int MostKills = 10;

    private static IEnumerable<string> Names() => ExperimentTable.All.Select(experiment => experiment.Name);

    [TestCaseSource(nameof(Names))]
    public void Run_KilledInManyStages_GivesTheSameResult(string experiment)
    {
        using var folder = new TemporaryFolder();
        var stages = Go(experiment, folder["alone"], killAt: int.MaxValue, resume: false);
        var random = new Random(experiment.Length);
        var kills = 0;
        while (kills < MostKills
            && Go(experiment, folder["killed"], random.Next(1, Math.Max(5, stages / 3)), resume: kills > 0) < 0)
            kills++;
        if (kills == MostKills) Go(experiment, folder["killed"], killAt: int.MaxValue, resume: true);

        Assert.That(kills, Is.GreaterThanOrEqualTo(3), $"{stages} stages");
        var (alone, killed) = (Result(folder["alone"]), Result(folder["killed"]));
        Assert.That(Measured(killed), Is.EqualTo(Measured(alone)));
        Assert.That(killed.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict)),
            Is.EqualTo(alone.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict))));
        TestContext.Out.WriteLine($"{experiment}: killed {kills} times, {stages} stages");
    }

    // How many stages it announced; below 0 where it was killed, some milliseconds after it began its killAt-th.
    private static int Go(string experiment, string folder, int killAt, bool resume)
    {
        using var process = Command.Start(
            ["run", experiment, "--preset", "smoke", "--threads", "1", "--out", folder, .. resume ? ["--resume"] : Array.Empty<string>()]);
        var output = process.StandardOutput.ReadToEndAsync();
        var (stages, said) = (0, new List<string>());
        while (process.StandardError.ReadLine() is { } line)
        {
            said.Add(line);
            if (!line.EndsWith(" …", StringComparison.Ordinal) || ++stages < killAt) continue;
            Thread.Sleep(stages * 37 % 200);
            process.Kill();
            process.WaitForExit();
            return -1;
        }
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, string.Join('\n', said.TakeLast(20)) + output.Result);
        return stages;
    }

    private static RunResult Result(string folder) => StrictJson.ReadFile<RunResult>(Path.Combine(folder, StoredRun.ResultFile));

    private static IEnumerable<RunMetric> Measured(RunResult result) =>
        result.Metrics.Where(metric => !Reproduction.MeasuresTheMachine(metric.Name));
}
