using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

public sealed class StrictJsonTests
{
    public enum Colour { Red, Green }

    public sealed record Inner { public int Count { get; init; } = 1; public string Label { get; init; } = ""; }

    public sealed record Outer
    {
        public double LearningRate { get; init; } = 0.5;
        public int WarmupSteps { get; init; }
        public Colour Colour { get; init; }
        public Inner? Inner { get; init; }
        public IReadOnlyList<Inner> Parts { get; init; } = [];
        public IReadOnlyDictionary<string, Inner> Named { get; init; } = new Dictionary<string, Inner>();
        public string? Note { get; init; }
    }

    [Test]
    public void Parse_WithCommentsAnyCaseAndTrailingComma_ReadsTheValue()
    {
        var value = StrictJson.Parse<Outer>("""
            {
              // faster than the paper
              "learningRate": 0.25, "WarmupSteps": 3, "colour": "Green",
              "parts": [ { "count": 2 }, { "label": "x" } ], "named": { "any key": { "count": 5 } },
            }
            """, "preset.json");

        Assert.That(value.LearningRate, Is.EqualTo(0.25));
        Assert.That(value.WarmupSteps, Is.EqualTo(3));
        Assert.That(value.Colour, Is.EqualTo(Colour.Green));
        Assert.That(value.Parts, Is.EqualTo(new[] { new Inner { Count = 2 }, new Inner { Label = "x" } }));
        Assert.That(value.Named["any key"].Count, Is.EqualTo(5));
    }

    [Test]
    public void Parse_OfWhatToBytesWrote_GivesTheSameValue()
    {
        var value = new Outer { LearningRate = 0.1 + 0.2, Inner = new Inner { Label = "é & <" }, Note = null };

        var json = StrictJson.ToBytes(value);

        Assert.That(StrictJson.Parse<Outer>(json, "x") with { Parts = value.Parts, Named = value.Named }, Is.EqualTo(value));
        Assert.That(System.Text.Encoding.UTF8.GetString(json),
            Does.StartWith("{\n  \"learningRate\": 0.30000000000000004,").And.EndsWith("}\n").And.Contain("é & <"));
    }

    [TestCase("{\n \"learningRat\": 1 }", "'p.json', line 2: unknown key 'learningRat'. Did you mean 'learningRate'?")]
    [TestCase("{ \"inner\":\n{\n\"cuont\": 1 } }", "'p.json', line 3: unknown key 'cuont'. Did you mean 'count'?")]
    [TestCase("{ \"parts\": [ {}, { \"zzzzzzzz\": 1 } ] }", "'p.json', line 1: unknown key 'zzzzzzzz'. Known: count, label.")]
    [TestCase("{ \"named\": { \"k\": { \"lable\": \"\" } } }", "'p.json', line 1: unknown key 'lable'. Did you mean 'label'?")]
    public void Parse_WithAnUnknownKey_NamesKeyLineAndNearest(string json, string message)
        => Assert.That(() => StrictJson.Parse<Outer>(json, "p.json"),
            Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(message));

    [TestCase("{ \"warmupSteps\": 1.5 }")]
    [TestCase("{ \"warmupSteps\": \"1\" }")]
    [TestCase("{ \"warmupSteps\": 1, \"warmupSteps\": 2 }")]
    [TestCase("{ \"warmupSteps\": 1, \"WarmupSteps\": 2 }")]
    [TestCase("{ \"colour\": \"Blue\" }")]
    [TestCase("{ \"colour\": 1 }")]
    [TestCase("{ \"parts\": null }")]
    [TestCase("{ \"learningRate\": \"NaN\" }")]
    [TestCase("{ \"learningRate\": ")]
    [TestCase("{} {}")]
    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    public void Parse_OfWhatDoesNotFit_ThrowsInvalidDataNamingTheOrigin(string json)
        => Assert.That(() => StrictJson.Parse<Outer>(json, "p.json"),
            Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith("'p.json'"));

    [Test]
    public void Parse_OfTenThousandLevels_IsRefusedByDepth()
        => Assert.That(() => StrictJson.Parse<Outer>("{\"note\":" + new string('[', 10_000), "p.json"),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("depth"));

    [Test]
    public void Parse_OfKeysThatAreNoUtf8_ThrowsInvalidData()
        => Assert.That(() => StrictJson.Parse<Outer>("{\"?(\":1}"u8.ToArray().Select(b => b == '?' ? (byte)0xC3 : b).ToArray(), "p.json"),
            Throws.InstanceOf<InvalidDataException>().With.Message.Match("^'p.json': .+"));

    [Test]
    public void ReadFile_LargerThanTheLimit_IsRefusedBeforeReading()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["big.json"], "{}" + new string(' ', 100));

        Assert.That(() => StrictJson.ReadFile<Outer>(folder["big.json"], maxBytes: 50), Throws.InstanceOf<InvalidDataException>()
            .With.Message.EqualTo($"'{folder["big.json"]}' has 102 bytes; at most 50 are read as JSON."));
        Assert.That(StrictJson.ReadFile<Outer>(folder["big.json"]).LearningRate, Is.EqualTo(0.5));
    }

    [Test]
    public void Parse_WithAByteOrderMark_SkipsIt()
        => Assert.That(StrictJson.Parse<Outer>([0xEF, 0xBB, 0xBF, .. "{\"warmupSteps\": 4}"u8], "p.json").WarmupSteps, Is.EqualTo(4));

    [TestCase("{\n\n\"warmupSteps\": 1.5 }", "'p.json', line 3: The JSON value could not be converted to System.Int32.")]
    [TestCase("{ \"parts\": [ {}", "'p.json', line 1: ")]
    [TestCase("{ \"inner\": { \"count\": 2", "'p.json', line 1: ")]
    [TestCase("{ \"named\": { \"k\": { \"count\": 2 } }", "'p.json', line 1: ")]
    [TestCase("null", "'p.json' holds null; expected Outer.")]
    public void Parse_OfWhatDoesNotFit_SaysTheLineAndNoByte(string json, string start)
        => Assert.That(() => StrictJson.Parse<Outer>(json, "p.json"), Throws.InstanceOf<InvalidDataException>()
            .With.Message.StartsWith(start).And.Message.Not.Contains("Path: ").And.Message.Not.Contains("LineNumber: "));

    [Test]
    public void Parse_OfValuesWithoutMembers_LeavesThemToTheirType()
    {
        Assert.That(StrictJson.Parse<int[]>("[1, 2]", "p.json"), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(StrictJson.Parse<Dictionary<string, int[]>>("""{ "any": [3] }""", "p.json")["any"], Is.EqualTo(new[] { 3 }));
        var free = StrictJson.Parse<System.Text.Json.Nodes.JsonNode>("""{ "any": { "deep": [1, { "more": 2 }] } }""", "p.json");
        Assert.That(free["any"]!["deep"]![1]!["more"]!.GetValue<int>(), Is.EqualTo(2));
    }

    [Test]
    public void Parse_OfAKeyThatCannotBeSet_ListsThoseThatCan()
        => Assert.That(() => StrictJson.Parse<Measured>("""{ "zzzzzzzzzzzz": 1 }""", "p.json"),
            Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
                "'p.json', line 1: unknown key 'zzzzzzzzzzzz'. Known: side, note."));

    public sealed record Measured(double Side)
    {
        public string Note { get; init; } = "";

        public double Area => Side * Side;
    }

    [Test]
    public void ReadFile_OfExactlyTheLimit_ReadsIt()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["f.json"], "{}" + new string(' ', 48));

        Assert.That(StrictJson.ReadFile<Outer>(folder["f.json"], maxBytes: 50).LearningRate, Is.EqualTo(0.5));
    }
}
