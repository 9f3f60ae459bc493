using System.Text.Json.Nodes;
using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Runs;

public sealed class RunComparisonTests
{
    [Test]
    public void Of_TwoRuns_GivesChangesWithIntervalsAndWhatDiffers()
    {
        var left = ToyRuns.Result();
        var right = left with
        {
            Options = JsonNode.Parse("""{ "maxTokens": 200, "rates": { "svf": [ 0.1 ] } }""")!,
            Metrics = [left.Metrics[0] with { Value = 7 }],
            Environment = left.Environment with { Threads = 1 },
        };
        var comparison = RunComparison.Of(left, right);
        Assert.That(comparison.Metrics[0].Change, Is.EqualTo(-1));
        Assert.That(comparison.Metrics[0].HalfWidth95, Is.EqualTo(1.96 * Math.Sqrt(0.18)).Within(1e-4));
        Assert.That(comparison.Metrics[1].Right, Is.Null);
        Assert.That(comparison.Options, Is.EquivalentTo(new[]
        {
            new Difference("maxTokens", "100", "200"), new Difference("rates.svf[1]", "0.2", null),
        }));
        Assert.That(comparison.Environment, Is.EqualTo(new[] { new Difference("threads", "2", "1") }));
        Assert.That(comparison.Data, Is.Empty);
    }

    [Test]
    public void Of_RunsOfOtherDataAndEnvironment_NamesEachDifference()
    {
        var left = ToyRuns.Result();
        var right = left with
        {
            Data = [left.Data[0] with { Rows = 11 }, new RunData("more", "aa", 1, "catalog"), new RunData("more", "bb", 2, "catalog")],
            Environment = new RunEnvironment("def", "stand-in", "other", "cuda", 2),
        };
        var comparison = RunComparison.Of(left, right);
        Assert.That(comparison.Data, Is.EqualTo(new[]
        {
            new Difference("toy", "10 rows, SHA-256 00ff", "11 rows, SHA-256 00ff"), new Difference("more", null, "1 rows, SHA-256 aa"),
        }));
        Assert.That(comparison.Environment, Is.EqualTo(new[]
        {
            new Difference("commit", "abc", "def"), new Difference("mlnet", "package 5.0.1", "stand-in"),
            new Difference("torch", "libtorch", "other"), new Difference("device", "cpu", "cuda"),
            new Difference("machine", "x64", "unknown"), new Difference("products", "OpenBLAS", "unknown"),
        }));
    }

    [Test]
    public void Of_ARunWithItself_HasNoIntervalWhereNothingIsUncertain()
    {
        var run = ToyRuns.Result();
        var comparison = RunComparison.Of(run, run with { Metrics = [run.Metrics[0], run.Metrics[1] with { Value = 6.5 }] });
        Assert.That((comparison.SameExperiment, comparison.SameRows, comparison.Asked.Count), Is.EqualTo((true, true, 0)));
        Assert.That((comparison.Metrics[0].Change, comparison.Metrics[0].HalfWidth95), Is.EqualTo((0.0, (double?)null)));
        Assert.That(comparison.Metrics[1].HalfWidth95, Is.EqualTo(1.96 * Math.Sqrt(0.32)).Within(1e-4), "another value of the same rows");
    }

    [TestCase("seed", false)]
    [TestCase("experiment", false)]
    [TestCase("data", false)]
    [TestCase("preset", true)]
    public void Of_RunsThatWereAskedOtherThings_SaysWhichAndWhetherTheRowsMayBeTheSame(string what, bool sameRows)
    {
        var left = ToyRuns.Result();
        var right = what switch
        {
            "seed" => left with { Seed = 2 }, "experiment" => left with { Experiment = "reset" },
            "preset" => left with { Preset = "mini" }, _ => left with { Data = [left.Data[0] with { Sha256 = "11" }] },
        };
        var comparison = RunComparison.Of(left, right);
        Assert.That(comparison.Asked, Is.EqualTo(what switch
        {
            "seed" => [new Difference("seed", "1", "2")], "experiment" => [new Difference("experiment", "svf", "reset")],
            "preset" => [new Difference("preset", "smoke", "mini")], _ => Array.Empty<Difference>(),
        }));
        Assert.That((comparison.SameExperiment, comparison.SameRows), Is.EqualTo((what != "experiment", sameRows)));
        Assert.That(comparison.Metrics[0].HalfWidth95, sameRows ? Is.Null : Is.EqualTo(1.959964 * Math.Sqrt(0.18)).Within(1e-6),
            "equal values of other rows are uncertain all the same");
    }

    [Test]
    public void OfBoth_LeavesOutWhatOneLacks()
    {
        var left = ToyRuns.Result();
        var right = left with
        {
            Metrics = [left.Metrics[0] with { Value = 1 }, new("other", "loss", null, 1)],
            Options = JsonNode.Parse("""{ "maxTokens": 200, "steps": 3 }""")!,
        };
        var comparison = RunComparison.Of(left, right);
        Assert.That((comparison.Metrics.Count, comparison.Options.Count), Is.EqualTo((4, 4)));
        Assert.That(comparison.OfBoth().Metrics.Single().Arm, Is.EqualTo("base"));
        Assert.That(comparison.OfBoth().Options, Is.EqualTo(new[] { new Difference("maxTokens", "100", "200") }));
    }

    [Test]
    public void Of_Metrics_PairsThemByArmNameAndSplit()
    {
        var left = ToyRuns.Result() with { Metrics = [new("a", "loss", "train", 1), new("a", "loss", "test", 2)] };
        var right = left with { Metrics = [new("a", "loss", "test", 5), new("b", "loss", "test", 7), new("a", "accuracy", "test", 9)] };

        var pairs = RunComparison.Of(left, right).Metrics;

        Assert.That(pairs.Select(p => (p.Arm, p.Name, p.Split, p.Left?.Value, p.Right?.Value, p.Change)), Is.EqualTo(new[]
        {
            ("a", "loss", "train", (double?)1, (double?)null, (double?)null), ("a", "loss", "test", 2, 5, 3),
            ("b", "loss", "test", null, 7, null), ("a", "accuracy", "test", null, 9, null),
        }));
    }

    [TestCase(0.3, 0.4, 0.5)]
    [TestCase(null, 0.4, null)]
    [TestCase(0.3, null, null)]
    public void HalfWidth95_NeedsBothStandardErrors(double? left, double? right, double? root)
    {
        var pair = new MetricPair("a", "loss", null, new RunMetric("a", "loss", null, 1, left), new RunMetric("a", "loss", null, 1, right));
        Assert.That(pair.HalfWidth95, root is null ? Is.Null : Is.EqualTo(1.959964 * root).Within(1e-6));
        Assert.That((pair with { Left = null }).HalfWidth95, Is.Null);
        Assert.That((pair with { Right = null }).HalfWidth95, Is.Null);
    }

    [Test]
    public void Flat_OfAnyJson_GivesItsLeavesByPath()
    {
        Assert.That(RunComparison.Flat(JsonNode.Parse("""{ "a": { "b": [1, { "c": "é" }], "d": null }, "e": [], "f": true }""")),
            Is.EquivalentTo(new Dictionary<string, string>
            {
                ["a.b[0]"] = "1", ["a.b[1].c"] = "\"é\"", ["a.d"] = "null", ["f"] = "true",
            }));
        Assert.That(RunComparison.Flat(null), Is.EquivalentTo(new Dictionary<string, string> { [""] = "null" }));
    }
}
