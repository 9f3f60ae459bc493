using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Runs;

public sealed class ReproductionTests
{
    [Test]
    public void Of_OnTheSameMachine_AllowsNoBitToDiffer()
    {
        var original = ToyRuns.Result();
        var again = original with
        {
            Seconds = 99, Metrics = [original.Metrics[0], original.Metrics[1], original.Metrics[2] with { Value = 5 }],
        };
        Assert.That(Reproduction.Of(original, again, 0.01).Reproduced, Is.True, "seconds measure the machine");

        var off = again with { Metrics = [again.Metrics[0] with { Value = Math.BitIncrement(8.0) }, again.Metrics[1]] };
        var reproduction = Reproduction.Of(original, off, 0.01);
        Assert.That((reproduction.Exact, reproduction.Compared, reproduction.Reproduced), Is.EqualTo((true, 2, false)));
        Assert.That(reproduction.Mismatches.Single().Arm, Is.EqualTo("base"));
    }

    [Test]
    public void Of_OnOtherThreads_AllowsTheTolerance()
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

    /// <summary>The tolerance is a share of the larger of the two, whichever side it stands on.</summary>
    [TestCase(8, 16, 0.5, true)]
    [TestCase(16, 8, 0.5, true)]
    [TestCase(-8, -16, 0.5, true)]
    [TestCase(8, 16.1, 0.5, false)]
    [TestCase(8, -8, 1.9, false)]
    [TestCase(8, -8, 2, true)]
    [TestCase(double.NaN, double.NaN, 0, true)]
    [TestCase(0, 0, 0, true)]
    public void Of_ValuesOnAnotherMachine_ComparesByTheLarger(double left, double right, double tolerance, bool agree)
    {
        var original = ToyRuns.Result();
        RunResult With(double value, string machine) => original with
        {
            Environment = original.Environment with { Machine = machine }, Metrics = [original.Metrics[0] with { Value = value }],
        };
        Assert.That(Reproduction.Of(With(left, "x64"), With(right, "arm64"), tolerance) is { Exact: false } reproduction
            && reproduction.Reproduced == agree);
    }

    [TestCase("mlnet", false)]
    [TestCase("torch", false)]
    [TestCase("device", false)]
    [TestCase("threads", false)]
    [TestCase("machine", false)]
    [TestCase("products", false)]
    [TestCase("commit", true)]
    [TestCase("old machine", false)]
    [TestCase("old products", false)]
    [TestCase("nothing", true)]
    public void Of_AnotherEnvironment_IsExactUnlessItDecidesBitsOrIsNotKnown(string change, bool exact)
    {
        var original = ToyRuns.Result();
        var environment = original.Environment;
        if (change == "old machine") original = original with { Environment = environment with { Machine = null } };
        if (change == "old products") original = original with { Environment = environment with { Products = null } };
        var again = ToyRuns.Result() with
        {
            Environment = change switch
            {
                "mlnet" => environment with { Mlnet = "other" }, "torch" => environment with { Torch = "other" },
                "device" => environment with { Device = "cuda" }, "threads" => environment with { Threads = 9 },
                "machine" => environment with { Machine = "other" }, "products" => environment with { Products = "other" },
                "commit" => environment with { Commit = "other" }, _ => environment,
            },
        };
        var reproduction = Reproduction.Of(original, again, 0);
        Assert.That(reproduction.Exact, Is.EqualTo(exact));
        Assert.That(reproduction.Environment.Select(d => d.Name), Is.EqualTo(change == "nothing" ? [] : new[] { change.Split(' ')[^1] }));
    }

    [Test]
    public void Of_AMetricThatOneLacks_IsAMismatch()
    {
        var original = ToyRuns.Result();
        var less = original with { Metrics = [original.Metrics[0]] };
        Assert.That(Reproduction.Of(original, less, 1).Mismatches.Single(), Has.Property("Right").Null.And.Property("Arm").EqualTo("svf"));
        Assert.That(Reproduction.Of(less, original, 1).Mismatches.Single(), Has.Property("Left").Null.And.Property("Arm").EqualTo("svf"));
    }

    [TestCase("seconds", true)]
    [TestCase("seconds a step", true)]
    [TestCase("peak memory, MiB", true)]
    [TestCase("tokens/s", true)]
    [TestCase("tokens a second", true)]
    [TestCase("perplexity", false)]
    [TestCase("share of seconds", false)]
    [TestCase("MiB a token", false)]
    public void MeasuresTheMachine_OfAName_KnowsSpeedsAndSizes(string name, bool expected) =>
        Assert.That(Reproduction.MeasuresTheMachine(name), Is.EqualTo(expected));
}
