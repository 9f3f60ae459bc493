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
    public void Reproduction_OnTheSameMachine_AllowsNoBitToDiffer()
    {
        var original = ToyRuns.Result();
        var again = original with
        {
            Seconds = 99, Metrics = [original.Metrics[0], original.Metrics[1], original.Metrics[2] with { Value = 5 }],
        };
        Assert.That(Reproduction.Of(original, again, 0.01).Reproduced, Is.True, "seconds measure the machine");

        var off = again with { Metrics = [again.Metrics[0] with { Value = Math.BitIncrement(8.0) }, again.Metrics[1]] };
        var reproduction = Reproduction.Of(original, off, 0.01);
        Assert.That((reproduction.Exact, reproduction.Mismatches.Single().Arm), Is.EqualTo((true, "base")));
    }

    [Test]
    public void Reproduction_OnOtherThreads_AllowsTheTolerance()
    {
        var original = ToyRuns.Result();
        RunResult Again(double value) => original with
        {
            Environment = original.Environment with { Threads = 1 },
            Metrics = [original.Metrics[0] with { Value = value }, original.Metrics[1]],
        };
        Assert.That(Reproduction.Of(original, Again(8.05), 0.01) is { Exact: false, Reproduced: true });
        Assert.That(Reproduction.Of(original, Again(8.2), 0.01).Mismatches, Has.Count.EqualTo(1));
        Assert.That(Reproduction.Of(original, Again(double.NaN), 0.01).Mismatches, Has.Count.EqualTo(1));
    }
}
