using System.Text.Json.Nodes;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines;

public sealed class CompareCommandTests
{
    [Test]
    public void Compare_OfDifferentExperiments_SaysSoAndListsWhatBothHave()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "one");
        ToyRuns.Write(store, "two", r => r with
        {
            Experiment = "reset", Seed = 7, Metrics = [r.Metrics[0] with { Value = 9 }, new("other", "loss", null, 1)],
        });
        var (exit, output, errors) = Command.Run("compare", "one", "two", "--runs", folder.Path);
        Assert.That(exit, Is.Zero, errors);
        Assert.That(output, Does.StartWith("different experiments: svf and reset; --all lists the 3 metrics that one of them lacks"));
        Assert.That(output, Does.Match(@"metric +│ split +│ one +│ two").And.Match(@"seed +│ 1 +│ 7 ").And.Contain("base"));
        Assert.That(output, Does.Not.Contain("other").And.Not.Contain("seconds"));
        Assert.That(output, Does.Contain("intervals take the runs as independent").And.Not.Contain("too wide"));

        (_, output, _) = Command.Run("compare", "one", "two", "--all", "--json", "--runs", folder.Path);
        var json = JsonNode.Parse(output)!;
        Assert.That(json["runs"]!.AsArray().Select(run => (string?)run), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(json["asked"]!.AsArray().Select(d => $"{d!["name"]} {d["left"]} {d["right"]}"),
            Is.EqualTo(new[] { "experiment svf reset", "seed 1 7" }));
        Assert.That(json["metrics"]!.AsArray(), Has.Count.EqualTo(4));
    }

    [Test]
    public void Compare_OfRunsOnTheSameRows_SaysThatIntervalsAreTooWide()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "one");
        ToyRuns.Write(store, "two", r => r with { Metrics = [r.Metrics[0], r.Metrics[1] with { Value = 7 }] });
        var (exit, output, errors) = Command.Run("compare", "one", "two", "--runs", folder.Path);
        Assert.That(exit, Is.Zero, errors);
        Assert.That(output, Does.Match(@"base +│ perplexity +│ test +│ 8 +│ 8 +│ 0 +│").And.Match(@"│ 6 +│ 7 +│ 1 \["));
        Assert.That(output, Does.Contain("too wide where both were measured on the same rows"));
        Assert.That(errors, Is.Empty);
    }
}
