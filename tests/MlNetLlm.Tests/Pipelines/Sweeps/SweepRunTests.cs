using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Pipelines.Sweeps;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.Sweeps;

public sealed class SweepRunTests
{
    [Test]
    public void Best_WhereTheLastRoundFailed_IsOfTheRoundBefore() => Assert.That(SweepRun.Best(
    [
        Trial(0, 0, 0.1), Trial(1, 0, 0.5), Trial(2, 0, 0.4), Trial(1, 1, 0.3), Trial(2, 1, 0.3), Trial(1, 2, null), Trial(2, 2, null),
    ]).Outcome, Is.EqualTo(Trial(1, 1, 0.3).Outcome), "not the smaller loss of a round with less budget");

    [Test]
    public void Best_OfFailedTrials_IsNone() => Assert.That(SweepRun.Best([Trial(0, 0, null)]).Request, Is.Null);

    [Test]
    public void SoFar_CountsWhatIsLeftAloneAndShowsTheMetricOfTheLastRound()
    {
        List<(TrialRequest Request, TrialOutcome? Outcome)> trials =
        [
            Trial(0, 0, -0.25), Trial(1, 0, -0.75), (Trial(2, 0, null).Request, null), Trial(3, 0, null), Killed(4),
        ];
        Assert.That(SweepRun.SoFar(trials, Plan(maximize: true)), Is.EqualTo((3, "best 0.75")));
        Assert.That(SweepRun.SoFar(trials, Plan(maximize: false)), Is.EqualTo((3, "best -0.75")));
        Assert.That(SweepRun.SoFar([.. trials, Trial(1, 1, -0.5)], Plan(maximize: true)), Is.EqualTo((4, "best 0.5 (round 1)")));
        Assert.That(SweepRun.SoFar([Trial(3, 0, null)], Plan(maximize: true)), Is.EqualTo((1, "none has completed")));
    }

    [TestCase(true, 1)]
    [TestCase(false, -1)]
    public async Task Charts_OfASweepThatHalves_AreOneARound_InTheMetricsOwnSign(bool maximize, int sign)
    {
        using var folder = new TemporaryFolder();
        // More budget costs 10 here: a best over both rounds would never leave the first.
        await new ParallelSweep(new() { { "x", new UniformDoubleOption(0, 1) } },
            new SweepOptions { Trials = 4, Halving = new HalvingOptions { Option = "maxTokens", Budgets = [1, 2], Keep = 0.5 } },
            folder.Path, (request, _) => Task.FromResult(new TrialOutcome(
                request.Trial, request.Round, TrialStatus.Completed, (10 * request.Round) - request.Trial, 1)),
            subject: new JsonObject
            {
                ["experiment"] = "svf", ["metric"] = JsonSerializer.SerializeToNode(Plan(maximize).Metric, JsonOptions.Strict),
            }).RunAsync();
        var charts = SweepCharts.Of(folder.Path);
        Assert.That(charts.Select(c => c.Title),
            Is.EqualTo(new[] { "Sweep: trials", "Sweep: best so far, round 0", "Sweep: best so far, round 1" }));
        Assert.That(charts.Skip(1).Select(c => c.Y), Is.All.EqualTo("accuracy"));
        Assert.That(Values(charts[1], "best so far"), Is.EqualTo(new[] { 0, 1, 2, 3 }.Select(v => (double)sign * v)));
        Assert.That(Values(charts[2], "best so far"), Is.EqualTo(new[] { -8, -7 }.Select(v => (double)sign * v)));
        Assert.That(charts[0].Rows![^1], Is.EqualTo("accuracy"));
        Assert.That(charts[0].Values!.Select(row => row[^1]), Is.EqualTo(new[] { -8, -7, 0, 1, 2, 3 }.Select(v => (double?)(sign * v))),
            "the best on top: drawn last");

        static IEnumerable<double?> Values(RunChart chart, string series) =>
            chart.Series!.Single(s => s.Name == series).Points.Select(point => point[1]);
    }

    private static TrialPlan Plan(bool maximize) =>
        new("svf", "smoke", 1, 1, new SweepMetric("svf-mlp", "accuracy", Maximize: maximize), "unused", new TrialLimits(null, null));

    private static (TrialRequest Request, TrialOutcome? Outcome) Killed(int trial) =>
        Trial(trial, 0, null) is var (request, outcome) ? (request, outcome! with { Status = TrialStatus.Killed }) : default;

    private static (TrialRequest Request, TrialOutcome? Outcome) Trial(int trial, int round, double? loss) => (
        new TrialRequest(trial, round, new Dictionary<string, string>()),
        new TrialOutcome(trial, round, loss is null ? TrialStatus.Failed : TrialStatus.Completed, loss, 10));
}
