using System.Text.RegularExpressions;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Pipelines.Reports;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>Every experiment's smoke run is repeated to the same numbers, and shown.</summary>
[Category("Slow")]
public sealed class EveryExperimentTests
{
    private static IEnumerable<string> Names() => ExperimentTable.All.Select(experiment => experiment.Name);

    [TestCaseSource(nameof(Names))]
    public void Smoke_OfEveryExperiment_IsReproducedAndReported(string experiment)
    {
        using var folder = new TemporaryFolder();
        var run = Path.Combine(folder.Path, "run");
        var (exit, _, errors) = Command.Run("run", experiment, "--preset", "smoke", "--threads", "1", "--out", run);
        Assert.That(exit, Is.Zero, errors);
        (exit, var output, errors) = Command.Run("reproduce", run);
        Assert.That(exit, Is.Zero, errors + output);
        Assert.That(output, Does.Contain("agree bit for bit"));

        (exit, _, errors) = Command.Run("report", run);
        Assert.That(exit, Is.Zero, errors);
        var charts = ReportCharts.Of(StoredRun.Open(run)).Sum(group => group.Charts.Count);
        Assert.That(charts, Is.Positive);
        var (document, console) = Browser.Load($"file://{Path.Combine(run, "report.html")}");
        Assert.That(console, Is.Empty);
        if (Assets.Charts is not null) Assert.That(Regex.Count(document, "<svg"), Is.EqualTo(charts));
    }
}
