using System.Text.Json.Nodes;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Sweeps;

public sealed class SpaceFileTests
{
    private static SpaceFile Read(string space)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "space.json");
        File.WriteAllText(path, $$"""{ "metric": { "arm": "svf", "name": "perplexity", "split": "test" }, "space": { {{space}} } }""");
        return SpaceFile.Read(path);
    }

    [Test]
    public void ToSearchSpace_StartsWhereTheFileSays()
    {
        var space = Read("""
            "rate": { "min": 1e-4, "max": 1e-1, "log": true, "start": 1e-3 }, "rank": { "min": 1, "max": 9, "whole": true },
            "modules": { "choice": [ "Mlp", "All" ], "start": "All" }
            """).ToSearchSpace();
        var first = space.SampleFromFeatureSpace(space.Default);
        Assert.That(first["rate"].AsType<double>(), Is.EqualTo(1e-3).Within(1e-12));
        Assert.That((first["rank"].AsType<int>(), first["modules"].AsType<string>()), Is.EqualTo((1, "All")));
    }

    [Test]
    public void StartingAt_OfOptions_StartsThereWhereTheFileNamesNoStart()
    {
        var options = JsonNode.Parse("""{ "rate": 0.01, "rank": 4, "far": 99, "named": 3, "part": { "modules": "All" }, "list": [1] }""")!;
        var space = Read("""
            "rate": { "min": 1e-4, "max": 1e-1, "log": true }, "Rank": { "min": 1, "max": 9, "whole": true },
            "far": { "min": 1, "max": 9 }, "named": { "min": 1, "max": 9, "start": 5 },
            "part.modules": { "choice": [ "Mlp", "All" ] }, "list": { "choice": [ 1, 2 ] }
            """).StartingAt(options).ToSearchSpace();
        var first = space.SampleFromFeatureSpace(space.Default);
        Assert.That(first["rate"].AsType<double>(), Is.EqualTo(0.01).Within(1e-12));
        Assert.That((first["Rank"].AsType<int>(), first["part.modules"].AsType<string>()), Is.EqualTo((4, "All")));
        Assert.That(first["named"].AsType<double>(), Is.EqualTo(5).Within(1e-9));
        Assert.That((first["far"].AsType<double>(), first["list"].AsType<int>()), Is.EqualTo((1, 1)), "out of range; no value");
    }

    [TestCase("\"min\": 1, \"max\": 2", 1, 2)]
    [TestCase("\"min\": 2, \"max\": 8, \"log\": true", 2, 8)]
    [TestCase("\"min\": -3, \"max\": 0, \"start\": 0", -3, 0)]
    public void ToSearchSpace_OfAWholeRange_HasItsLeastAndItsLargestValueAndNoneBeyond(string range, int least, int most)
    {
        var space = Read($$"""
            "a": { {{range}}, "whole": true }, "b": { "min": 0, "max": 1 }
            """).ToSearchSpace();
        var tuner = new SweepTuner(TunerKind.Random, space, seed: 1);
        Assert.That(Enumerable.Range(0, 200).Select(trial => tuner.Propose(trial)["a"].AsType<int>()).Distinct(),
            Is.EquivalentTo(Enumerable.Range(least, most - least + 1)));
    }

    [Test]
    public void ToSearchSpace_WithAStartWrittenAnotherWay_StartsAtTheChoice()
    {
        var space = Read("\"a\": { \"choice\": [1, 2], \"start\": 2.0 }").ToSearchSpace();
        Assert.That(space.SampleFromFeatureSpace(space.Default)["a"].AsType<int>(), Is.EqualTo(2));
    }

    [TestCase("\"a\": { \"min\": 5, \"max\": 1 }", "a: min 5 is not below max 1")]
    [TestCase("\"a\": { \"min\": 0, \"max\": 1, \"log\": true }", "a: log needs min above 0")]
    [TestCase("\"a\": { \"min\": 0.5, \"max\": 3, \"whole\": true }", "a: whole needs whole min and max")]
    [TestCase("\"a\": { \"choice\": [] }", "a: choice is empty")]
    [TestCase("\"a\": { \"choice\": [1, 1] }", "a: choice holds a value twice")]
    [TestCase("\"a\": { \"choice\": [[1], null] }", "a: choice holds a list, a group or null")]
    [TestCase("\"a\": { \"min\": 0, \"max\": 1, \"start\": 2 }", "a: start 2 is outside")]
    [TestCase("\"a\": { \"min\": 1, \"max\": 1e400 }", "a: min 1 is not below max")]
    [TestCase("\"a\": { \"min\": 1, \"max\": 4e9, \"whole\": true }", "a: whole needs min from -2147483648 and max below 2147483647")]
    [TestCase("\"a\": { \"min\": 1, \"max\": 9, \"whole\": true, \"start\": 2.5 }", "a: start 2.5 is not whole")]
    [TestCase("\"a\": { \"min\": 1, \"max\": 9, \"start\": {} }", "a: start is Object; expected a number")]
    [TestCase("\"a\": { \"choice\": [1, 2], \"start\": 3 }", "a: start 3 is not in choice [1, 2]")]
    [TestCase("\"a\": { \"choice\": [1, 2], \"start\": {} }", "a: start {} is not in choice [1, 2]")]
    [TestCase("\"a\": { \"choice\": [\"1\", 2], \"start\": 1 }", "a: start 1 is not in choice [\"1\", 2]")]
    [TestCase("\"a\": { \"choice\": [1, 1.0] }", "a: choice holds a value twice")]
    [TestCase("\"a\": { \"choice\": [1, 2], \"log\": true }", "a: log is for min and max; a choice has its values alone")]
    [TestCase("\"a\": { \"choice\": [1, 2], \"whole\": true }", "a: whole is for min and max; a choice has its values alone")]
    [TestCase("\"a\": null, \"b\": { }", "a: is null; expected choice, or min and max. b: expected choice, or min and max.")]
    [TestCase("\"a\": { }", "a: expected choice, or min and max")]
    [TestCase("\"a\": { \"minimum\": 0 }", "unknown key 'minimum'")]
    [TestCase("\"maxTokens\": { \"choice\": [1] }, \"MaxTokens\": { \"choice\": [2] }",
        "maxTokens and MaxTokens are one option, whatever the case; name it once.")]
    [TestCase("", "space is empty")]
    public void Read_WithAFault_NamesIt(string space, string expected) =>
        Assert.That(() => Read(space), Throws.TypeOf<InvalidDataException>().With.Message.Contains(expected));
}
