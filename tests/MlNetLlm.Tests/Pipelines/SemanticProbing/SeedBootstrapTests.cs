using MlNetLlm.Pipelines.SemanticProbing;

namespace MlNetLlm.Tests.Pipelines.SemanticProbing;

public sealed class SeedBootstrapTests
{
    [Test]
    public void Mean_OfOneModel_CoversTheTruthAsOftenAsStated()
    {
        var random = new Random(7);
        var covered = 0;
        for (var run = 0; run < 200; run++)
        {
            var values = Enumerable.Range(0, 100).Select(_ => random.NextDouble() < 0.3 ? 1.0 : 0.0).ToArray();
            var (interval, _) = SeedBootstrap.Mean(1, 100, (_, tasks) => MeanOf(values, tasks), threshold: 0, samples: 200, run)!.Value;
            covered += interval.Contains(0.3) ? 1 : 0;
        }
        Assert.That(covered / 200.0, Is.InRange(0.88, 0.99));          // 95 % but for a few percent of the method and of chance
    }

    [Test]
    public void Mean_OfModelsThatDiffer_IsWiderThanOfOne()
    {
        double[][] values = [[.. Enumerable.Repeat(0.1, 50)], [.. Enumerable.Repeat(0.2, 50)], [.. Enumerable.Repeat(0.6, 50)]];
        var (interval, p) = SeedBootstrap.Mean(3, 50, (m, tasks) => MeanOf(values[m], tasks), threshold: 0.3, samples: 500, seed: 1)!.Value;
        Assert.That(interval.Estimate, Is.EqualTo(0.3).Within(1e-12));
        Assert.That(interval.Lower, Is.EqualTo(0.1).Within(1e-12));
        Assert.That(interval.Upper, Is.EqualTo(0.6).Within(1e-12));
        Assert.That(p, Is.GreaterThan(0.3));
    }

    [Test]
    public void Mean_FarFromTheThreshold_HasTheSmallestPValue()
    {
        var (_, p) = SeedBootstrap.Mean(2, 10, (_, tasks) => 1 + (0.001 * tasks.Length), threshold: 0, samples: 99, seed: 1)!.Value;
        Assert.That(p, Is.EqualTo(2.0 / 100).Within(1e-12));
    }

    [Test]
    public void Mean_OfSomethingThatAModelLacks_IsNull() =>
        Assert.That(SeedBootstrap.Mean(2, 10, (m, _) => m == 0 ? 1 : double.NaN, threshold: 0, samples: 9, seed: 1), Is.Null);

    private static double MeanOf(double[] values, ReadOnlySpan<int> tasks)
    {
        var sum = 0.0;
        foreach (var task in tasks) sum += values[task];
        return sum / tasks.Length;
    }
}
