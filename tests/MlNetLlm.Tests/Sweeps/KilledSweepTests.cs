using System.Diagnostics;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Sweeps;

/// <summary>A sweep's driver killed again and again: no trial is lost or counted twice, and it ends as one that was left alone.</summary>
[Platform(Exclude = "Win")]
public sealed class KilledSweepTests
{
    [TestCase("Random", 3)]
    [TestCase("CostFrugal", 2)]
    public void RunAsync_KilledAtRandomMoments_EndsTheSame(string tuner, int kills) => Kill(tuner, kills, trials: 30);

    [TestCase("Random")]
    [TestCase("Grid")]
    [TestCase("CostFrugal")]
    [Category("Nightly")]
    public void RunAsync_KilledAtAHundredMoments_EndsTheSame(string tuner) => Kill(tuner, kills: 100, trials: 500);

    private static void Kill(string tuner, int kills, int trials)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(kills);
        for (var kill = 0; kill < kills; kill++)
        {
            using var process = Start(folder.Path, trials, tuner, workers: 1 + (kill % 4));
            var (begun, until) = (0, random.Next(1, 4));
            // After a trial begins, at any moment of what follows: its end, its record, the next proposal.
            while (begun < until && process.StandardOutput.ReadLine() is { } line)
                if (line.StartsWith("begin", StringComparison.Ordinal)) begun++;
            Thread.Sleep(random.Next(15));
            process.Kill();
            process.WaitForExit();
        }
        using (var last = Start(folder.Path, trials, tuner, workers: 2))
        {
            Assert.That(last.StandardOutput.ReadToEnd(), Does.Contain($"done {trials}"));
            last.WaitForExit();
        }
        var kept = ParallelSweep.Read(folder.Path);
        Assert.That(kept.Select(t => t.Request.Trial).Order(), Is.EqualTo(Enumerable.Range(0, trials)), "each proposed once");
        Assert.That(kept.Select(t => t.Outcome), Has.None.Null, "each ended");
        if (tuner == "CostFrugal") return;   // what it proposes follows the order of results

        using var alone = new TemporaryFolder();
        using (var process = Start(alone.Path, trials, tuner, workers: 1)) process.StandardOutput.ReadToEnd();
        Assert.That(Values(kept), Is.EqualTo(Values(ParallelSweep.Read(alone.Path))));
    }

    private static IEnumerable<(int, string, double?)> Values(IEnumerable<(TrialRequest Request, TrialOutcome? Outcome)> trials) =>
        [.. trials.OrderBy(t => t.Request.Trial).Select(t => (t.Request.Trial, t.Request.Values["x"], t.Outcome!.Loss))];

    private static Process Start(string folder, int trials, string tuner, int workers) =>
        ChildProcess.Start("sweep", folder, $"{trials}", $"{workers}", tuner);
}
