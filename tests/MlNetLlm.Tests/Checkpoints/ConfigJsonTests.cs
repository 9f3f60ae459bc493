using System.Text.Json.Nodes;
using MlNetLlm.Checkpoints;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Checkpoints;

public sealed class ConfigJsonTests
{
    private const int MaxBytes = 16 << 20;

    [TestCase("[1]", "is no JSON object")]
    [TestCase("\"text\"", "is no JSON object")]
    [TestCase("{", "is not valid JSON")]
    [TestCase("{\"a\":1,\"a\":2}", "is not valid JSON")]
    [TestCase("{\"a\":\"\\ud800\"}", "holds a text that is not Unicode")]
    [TestCase("{\"a\":[1,{\"b\":[\"\\udc00\"]}]}", "holds a text that is not Unicode")]
    [TestCase("{\"a\":{\"\\ud800\":1}}", "Unicode")]
    public void Read_OfWhatIsNoConfiguration_NamesFileAndFault(string json, string fault)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], json);

        Assert.That(() => ConfigJson.Read(folder["config.json"]), Throws.TypeOf<InvalidDataException>()
            .With.Message.StartsWith($"'{folder["config.json"]}'").And.Message.Contains(fault));
    }

    [Test]
    public void Read_OfALargeFile_TakesSixteenMebibytesAndNoByteMore()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["most"], "{\"a\":1" + new string(' ', MaxBytes - 7) + "}");
        File.WriteAllText(folder["more"], "{\"a\":1" + new string(' ', MaxBytes - 6) + "}");

        Assert.That(ConfigJson.Read(folder["most"]).Int("a"), Is.EqualTo(1));
        Assert.That(() => ConfigJson.Read(folder["more"]), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"'{folder["more"]}' has {MaxBytes + 1} bytes, at most {MaxBytes} are read."));
    }

    [Test]
    public void Read_OfDeepJson_TakesThirtyTwoLevelsAndNoneMore()
    {
        using var folder = new TemporaryFolder();
        foreach (var levels in new[] { 32, 33 })
            File.WriteAllText(folder[$"{levels}"], "{\"a\":" + new string('[', levels - 1) + new string(']', levels - 1) + "}");

        Assert.That(ConfigJson.Read(folder["32"]).Keys, Is.EqualTo(new[] { "a" }));
        Assert.That(() => ConfigJson.Read(folder["33"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("is not valid JSON"));
    }

    [TestCase("{}", true)]
    [TestCase("{\"a\":null}", true)]
    [TestCase("{\"a\":false}", true)]
    [TestCase("{\"a\":{}}", true)]
    [TestCase("{\"a\":[]}", true)]
    [TestCase("{\"a\":true}", false)]
    [TestCase("{\"a\":0}", false)]
    [TestCase("{\"a\":\"\"}", false)]
    [TestCase("{\"a\":{\"b\":1}}", false)]
    [TestCase("{\"a\":[0]}", false)]
    public void IsOff_OfAKey_IsTrueWhereNothingIsAskedFor(string json, bool expected) =>
        Assert.That(Of(json).IsOff("a"), Is.EqualTo(expected));

    [TestCase("{}", false, false, true, false)]
    [TestCase("{\"a\":null}", false, false, true, false)]
    [TestCase("{\"a\":true}", false, false, true, true)]
    [TestCase("{\"a\":false}", false, false, true, true)]
    [TestCase("{\"a\":[1]}", true, false, false, true)]
    [TestCase("{\"a\":\"x\"}", false, true, false, true)]
    [TestCase("{\"a\":1}", false, false, false, true)]
    public void Kinds_OfAKey_AreTold(string json, bool isList, bool isText, bool isFlag, bool has)
    {
        var config = Of(json);
        Assert.That((config.IsList("a"), config.IsText("a"), config.IsFlag("a"), config.Has("a")),
            Is.EqualTo((isList, isText, isFlag, has)));
    }

    [Test]
    public void Readings_OfTheirKind_GiveTheValue()
    {
        var config = Of("""
            { "int": 7, "list": [3, 4], "number": 0.5, "yes": true, "no": false, "text": "t", "texts": ["a", "b"],
              "inner": { "x": 1 }, "map": { "k": "v", "l": "w" } }
            """);

        Assert.That((config.Int("int"), config.Int("int", 1), config.OptionalInt("int")), Is.EqualTo((7, 7, (int?)7)));
        Assert.That(config.IntOrInts("list"), Is.EqualTo(new[] { 3, 4 }));
        Assert.That(config.IntOrInts("int"), Is.EqualTo(new[] { 7 }));
        Assert.That((config.Number("number", 2), config.Flag("yes", false), config.Flag("no", true)), Is.EqualTo((0.5, true, false)));
        Assert.That(config.Text("text"), Is.EqualTo("t"));
        Assert.That(config.Texts("texts"), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(config.Inner("inner")!.Int("x"), Is.EqualTo(1));
        Assert.That(config.Inner("inner")!.Path, Is.EqualTo("config.json#inner"));
        Assert.That(config.TextMap("map"), Is.EquivalentTo(new Dictionary<string, string> { ["k"] = "v", ["l"] = "w" }));
        Assert.That(config.Keys.Take(3), Is.EqualTo(new[] { "int", "list", "number" }));
    }

    [Test]
    public void Readings_OfAbsentOrNullKeys_GiveWhatStandsForThem([Values("{}", "{\"a\":null}")] string json)
    {
        var config = Of(json);
        Assert.That((config.Int("a", 5), config.OptionalInt("a"), config.Number("a", 2.5)), Is.EqualTo((5, (int?)null, 2.5)));
        Assert.That((config.Flag("a", true), config.Flag("a", false)), Is.EqualTo((true, false)));
        Assert.That(config.IntOrInts("a"), Is.Empty);
        Assert.That(config.Text("a"), Is.Null);
        Assert.That(config.Texts("a"), Is.Empty);
        Assert.That(config.Inner("a"), Is.Null);
        Assert.That(config.TextMap("a"), Is.Empty);
        Assert.That(() => config.Int("a"), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("'config.json': 'a' is missing."));
    }

    private static IEnumerable<TestCaseData> Unfitting()
    {
        yield return Case("a fraction as a whole number", "1.5", c => c.Int("a"), "a whole number");
        yield return Case("beyond 32 bits", "2147483648", c => c.Int("a", 1), "a whole number");
        yield return Case("a text as a whole number", "\"1\"", c => c.OptionalInt("a"), "a whole number");
        yield return Case("a list with a fraction", "[1, 2.5]", c => c.IntOrInts("a"), "a whole number or a list of them");
        yield return Case("a list with a text", "[1, \"2\"]", c => c.IntOrInts("a"), "a whole number or a list of them");
        yield return Case("an object as whole numbers", "{}", c => c.IntOrInts("a"), "a whole number or a list of them");
        yield return Case("a text as a number", "\"0.5\"", c => c.Number("a", 1), "a number");
        yield return Case("a number as a flag", "1", c => c.Flag("a", true), "true or false");
        yield return Case("a number as a text", "1", c => c.Text("a"), "a text");
        yield return Case("a text as texts", "\"x\"", c => c.Texts("a"), "a list of texts");
        yield return Case("texts with a number", "[\"x\", 1]", c => c.Texts("a"), "a list of texts");
        yield return Case("a list as an object", "[1]", c => c.Inner("a"), "an object");
        yield return Case("a list as a map", "[1]", c => c.TextMap("a"), "an object of texts");
        yield return Case("a map with a number", "{\"k\": \"v\", \"l\": 1}", c => c.TextMap("a"), "an object of texts");

        static TestCaseData Case(string name, string value, Func<ConfigJson, object?> read, string expected) =>
            new TestCaseData(value, read, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Unfitting))]
    public void Readings_OfAnotherKind_SayWhatTheLibraryTakes(string value, object read, string expected)
    {
        var config = Of($"{{\"a\":{value}}}");
        Assert.That(() => ((Func<ConfigJson, object?>)read)(config), Throws.TypeOf<InvalidDataException>().With.Message.Match(
            $"^'config.json': 'a' is .+, this library takes {expected}\\.$"));
    }

    [Test]
    public void Require_OfWhatIsNotSupported_ShowsTheValueUpToAHundredLetters()
    {
        var (short100, long101) = (new string('x', 98), new string('x', 99));   // and two quotation marks
        var config = Of($"{{\"short\":\"{short100}\",\"long\":\"{long101}\"}}");

        Assert.That(() => config.Require("short", true, "y"), Throws.Nothing);
        Assert.That(() => config.Require("short", false, "y"), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"'config.json': 'short' is \"{short100}\", this library takes y."));
        Assert.That(() => config.Require("long", false, "y"), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"'config.json': 'long' is \"{long101}…, this library takes y."));
        Assert.That(() => config.Require("none", false, "y"), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            "'config.json': 'none' is missing, this library takes y."));
    }

    private static ConfigJson Of(string json) => ConfigJson.Of(JsonNode.Parse(json)!.AsObject(), "config.json");
}
