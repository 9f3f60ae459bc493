using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines.Store;

public sealed class RunIndexTests
{
    private static IReadOnlyList<string> Ids(RunStore store, RunFilter filter)
    {
        using var index = RunIndex.Of(store);
        return [.. index.Query(filter).Select(row => row.Id)];
    }

    [Test]
    public void Query_WithAFilter_GivesTheRunsThatMeetIt()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "one");
        ToyRuns.Write(store, "two", r => r with
        {
            Seed = 2, Experiment = "probing", Metrics = [r.Metrics[0] with { Value = 20 }], Claims = [],
        });
        Assert.That(Ids(store, new RunFilter()), Is.EquivalentTo(new[] { "one", "two" }));
        Assert.That(Ids(store, new RunFilter(Experiment: "probing")), Is.EqualTo(new[] { "two" }));
        Assert.That(Ids(store, new RunFilter(Seed: 1, Preset: "smoke")), Is.EqualTo(new[] { "one" }));
        Assert.That(Ids(store, new RunFilter(Verdict: "reproduced")), Is.EqualTo(new[] { "one" }));
        Assert.That(Ids(store, new RunFilter(Metric: MetricCondition.Parse("perplexity<7"))), Is.EqualTo(new[] { "one" }));
        Assert.That(Ids(store, new RunFilter(Metric: MetricCondition.Parse("base/perplexity >= 10"))), Is.EqualTo(new[] { "two" }));
        Assert.That(Ids(store, new RunFilter(Metric: MetricCondition.Parse("perplexity@test<7"))), Is.EqualTo(new[] { "one" }));
        Assert.That(Ids(store, new RunFilter(Metric: MetricCondition.Parse("base/perplexity@test=8"))), Is.EqualTo(new[] { "one" }));
        Assert.That(Ids(store, new RunFilter(Metric: MetricCondition.Parse("perplexity@train<7"))), Is.Empty);
        Assert.That(Ids(store, new RunFilter(Experiment: "svf' OR '1'='1")), Is.Empty);
    }

    [Test]
    public void Of_AfterTheFoldersChanged_KnowsTheNewRun()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "one");
        Assert.That(Ids(store, new RunFilter()).Count, Is.EqualTo(1));
        ToyRuns.Write(store, "two");
        Assert.That(Ids(store, new RunFilter()).Count, Is.EqualTo(2));
        Directory.Delete(Path.Combine(folder.Path, "one"), recursive: true);
        Assert.That(Ids(store, new RunFilter()), Is.EqualTo(new[] { "two" }));
    }

    [Test]
    public void Of_ADamagedIndexAndADamagedRun_ShowsTheOthers()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "good");
        var bad = ToyRuns.Write(store, "bad");
        File.WriteAllText(Path.Combine(bad.Folder, StoredRun.ResultFile), "{ broken");
        File.WriteAllText(Path.Combine(folder.Path, "index.db"), "no database");
        using var index = RunIndex.Of(store);
        var rows = index.Query(new RunFilter());
        Assert.That(rows.Single(row => row.Id == "good").State, Is.EqualTo("finished"));
        Assert.That(rows.Single(row => row.Id == "bad").State, Does.StartWith("damaged: "));
        Assert.That(folder.Names(), Is.EqualTo(new[] { "bad", "good", "index.db" }), "nothing is left over");
    }

    [TestCase("perplexity")]
    [TestCase("perplexity<six")]
    [TestCase("<6")]
    [TestCase("perplexity!=3")]
    [TestCase("perplexity==3")]
    public void Parse_OfNoCondition_SaysTheForm(string text) =>
        Assert.That(() => MetricCondition.Parse(text), Throws.ArgumentException.With.Message.Contains("NAME<NUMBER"));

    [Test]
    public void Parse_OfANameWithSigns_TakesTheLastAsTheConditions() => Assert.That(
        MetricCondition.Parse("step 4, linear/map5/t/P(A <= B <= C)@test >= 0.5"),
        Is.EqualTo(new MetricCondition("step 4, linear/map5/t/P(A <= B <= C)@test", ">=", 0.5)));

    [Test]
    public void Metrics_OfAllRuns_AreNamedInEveryWayThatAConditionMay()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "one");
        using var index = RunIndex.Of(store);
        Assert.That(index.Metrics(), Is.EqualTo(new[]
        {
            "perplexity", "seconds", "base/perplexity", "svf/perplexity", "svf/seconds", "perplexity@test", "base/perplexity@test",
            "svf/perplexity@test",
        }));
    }

    [Test]
    public void Of_AFolderThatCannotBeWritten_AnswersFromMemory()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "one");
        Directory.CreateDirectory(folder["index.db/in the way"]);
        Assert.That(Ids(store, new RunFilter(Metric: MetricCondition.Parse("svf/perplexity<7"))), Is.EqualTo(new[] { "one" }));
        Assert.That(folder.Names(), Is.EqualTo(new[] { "index.db", "one" }), "nothing is left over");
    }

    [Test]
    public void Plain_OfATerminalsOrders_MakesThemVisible() =>
        Assert.That(RunTexts.Plain("a\u001b[31mred\u009b2J\r\n\u202Eb"), Is.EqualTo("a\\u001b[31mred\\u009b2J\\u000d\\u000a\\u202eb"));
}
