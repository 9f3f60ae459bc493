using MathNet.Numerics.Distributions;
using MlNetLlm.Probes;

namespace MlNetLlm.Tests.Probes;

public class ControlTaskTests
{
    private static readonly int[] Labels = [0, 0, 0, 0, 0, 2, 2, 2, 3, 3];      // class 1 never occurs

    [Test]
    public void Label_OfManyKinds_HasTheFrequenciesOfTheRealLabels()
    {
        var task = new ControlTask(Labels, 4, seed: 1);
        var counts = new long[4];
        for (ulong kind = 0; kind < 20_000; kind++) counts[task.Label(kind)]++;
        double[] expected = [10_000, 6_000, 4_000];
        double statistic = new[] { counts[0], counts[2], counts[3] }.Zip(expected, (n, e) => Math.Pow(n - e, 2) / e).Sum();
        Assert.That(counts[1], Is.Zero);
        Assert.That(1 - ChiSquared.CDF(2, statistic), Is.GreaterThan(0.001));
    }

    [Test]
    public void Label_OfAKind_NeverChangesUnderOneSeed()
    {
        var (one, again, other) = (new ControlTask(Labels, 4, 1), new ControlTask(Labels, 4, 1), new ControlTask(Labels, 4, 2));
        var kinds = Enumerable.Range(0, 1000).Select(i => (ulong)i).ToArray();
        Assert.That(kinds.Select(one.Label), Is.EqualTo(kinds.Select(again.Label)));

        // Two assignments agree by chance on 0.5² + 0.3² + 0.2² = 38 % of kinds.
        Assert.That(kinds.Count(kind => one.Label(kind) == other.Label(kind)), Is.EqualTo(380).Within(47));
    }

    [Test]
    public void Label_OfNeighbouringKinds_IsIndependent()
    {
        var task = new ControlTask(Labels, 4, 3);
        Assert.That(Enumerable.Range(0, 1000).Count(i => task.Label((ulong)i) == task.Label((ulong)i + 1)), Is.EqualTo(380).Within(47));
    }

    [Test]
    public void Constructor_WithLabelsThatAreNoClasses_SaysWhich()
        => Assert.That(() => new ControlTask([0, 4], 4, 1), Throws.ArgumentException.With.Message.Contains("label 4 at place 1"));
}
