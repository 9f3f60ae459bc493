using MlNetLlm.Adapters;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pretraining;
using MlNetLlm.Rewards;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Pipelines.Ejection;

public sealed class ObjectTextTests
{
    private static object?[][] Values { get; } =
    [
        [null, "null"],
        [true, "true"],
        [-3, "-3"],
        [1e-8, "1E-08"],
        [0.1f, "0.1f"],
        [double.PositiveInfinity, "double.PositiveInfinity"],
        ["a \"b\"\n", "\"a \\u0022b\\u0022\\n\""],
        [Schedule.Linear, "Schedule.Linear"],
        [new[] { 1, 2 }, "[1, 2]"],
        [Array.Empty<int>(), "[]"],
        [new Dictionary<string, double> { ["a"] = 0.5 }, "new Dictionary<string, double> { [\"a\"] = 0.5 }"],
        [new SvfOptions(), "new SvfOptions()"],
        [new AdaptationLabel("a", "b"), "new AdaptationLabel(\"a\", \"b\")"],
        [new ProgramReward(new Interpreter()) { Marker = "#" }, "new ProgramReward(new Interpreter()) { Marker = \"#\" }"],
        [new SvfOptions { Modules = ModuleSet.Attention, Layers = "0,2" },
            "new SvfOptions { Modules = ModuleSet.Attention, Layers = \"0,2\" }"],
    ];

    internal sealed class Interpreter : IProgramInterpreter
    {
        public bool TryRun(string prompt, string program, out string result)
        {
            result = program;
            return true;
        }
    }

    [TestCaseSource(nameof(Values))]
    public void Value_IsWhatMakesIt(object? value, string text) => Assert.That(new ObjectText().Value(value), Is.EqualTo(text));

    [Test]
    public void Value_OfALargeRecord_HasALineAnOption_AndTheNamespacesOfWhatItSays()
    {
        var text = new ObjectText();
        var written = text.Value(new PretrainOptions
        {
            MaxSteps = 24, LearningRate = 0.002, Schedule = Schedule.Linear, Reset = new EmbeddingResetOptions { Interval = 8 },
        });
        Assert.That(written, Is.EqualTo("""
            new PretrainOptions
            {
                LearningRate = 0.002,
                Reset = new EmbeddingResetOptions { Interval = 8 },
                MaxSteps = 24,
                Schedule = Schedule.Linear,
            }
            """));
        Assert.That(text.Namespaces,
            Is.EqualTo(new[] { "MlNetLlm.EmbeddingReset", "MlNetLlm.Pretraining", "MlNetLlm.Training" }));
    }

    [Test]
    public void Value_OfManyNumbers_FillsLines()
    {
        var lines = new ObjectText().Value(Enumerable.Range(0, 200).ToArray()).Split('\n');
        Assert.That(lines, Has.Length.InRange(6, 20).And.All.Length.LessThanOrEqualTo(140));
    }

    [Test]
    public void Value_OfWhatHasNoUsualValue_IsRefused() => Assert.That(
        () => new ObjectText().Value(new Uri("file:///a")), Throws.TypeOf<NotSupportedException>().With.Message.Contains("Uri"));

    [Test]
    public void Type_IsWrittenAsInSource() => Assert.That(
        new ObjectText().Type(typeof(IReadOnlyDictionary<string, int?[]>)), Is.EqualTo("IReadOnlyDictionary<string, int?[]>"));
}
