using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class ModularityTests
{
    /// <summary>The figures of networkx 3.6.1 are given to 12 places.</summary>
    private const double Printed = 1e-12;

    [TestCase(0.5, 0.575279421433)]
    [TestCase(1.0, 0.419789612097)]
    [TestCase(2.0, 0.108809993425)]
    public void Of_KarateBest_EqualsNetworkx(double resolution, double expected)
        => Assert.That(Modularity.Of(KarateClub.Unweighted, KarateClub.Best, resolution), Is.EqualTo(expected).Within(Printed));

    [Test]
    public void Of_KarateClubs_EqualsNetworkx()
    {
        Assert.That(Modularity.Of(KarateClub.Unweighted, KarateClub.Clubs), Is.EqualTo(0.358234714004).Within(Printed));
        Assert.That(Modularity.Of(KarateClub.Weighted, KarateClub.Clubs), Is.EqualTo(0.391437566762).Within(Printed));
        Assert.That(KarateClub.Weighted.TotalWeight, Is.EqualTo(231));
    }

    [Test]
    public void Of_SelfLoops_FollowsTheStatedConvention()        // values of networkx
    {
        var graph = WeightedGraph.FromDense(new double[,] { { 9, 9, 0 }, { 9, 10, 5 }, { 0, 5, 25 } });
        var (pair, alone) = (Partition.Of("aab"), Partition.Singletons(3));

        Assert.That(Modularity.Of(graph, pair), Is.EqualTo(0.412455).Within(1e-6));
        Assert.That(Modularity.Of(graph, alone), Is.EqualTo(0.393728).Within(1e-6));
        Assert.That(Modularity.Of(graph.WithoutLoops(), pair), Is.EqualTo(-0.063776).Within(1e-6));
        Assert.That(Modularity.Of(graph.WithoutLoops(), alone), Is.EqualTo(-0.385204).Within(1e-6));
    }

    [Test]
    public void Of_SmallGraphs_EqualsTheClosedForms()            // Newman and Girvan 2004
    {
        var ring = TestGraphs.RingOfCliques(5, 5);

        Assert.That(Modularity.Of(TestGraphs.TwoTriangles, Partition.Of("aaabbb")), Is.EqualTo(5.0 / 14).Within(1e-15));
        Assert.That(ring.EdgeCount, Is.EqualTo(55));
        Assert.That(
            Modularity.Of(ring, Partition.Of(Enumerable.Range(0, 25).Select(node => node / 5))),
            Is.EqualTo(1 - 1.0 / 5 - 5.0 / 55).Within(1e-15));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Of_RandomGraph_EqualsTheSumOverPairs(int seed)
    {
        var graph = TestGraphs.Random(25, 0.3, seed, loops: true);
        var random = new Random(seed);
        var partition = Partition.Of(Enumerable.Range(0, 25).Select(_ => random.Next(4)));
        var (sum, m) = (0.0, graph.TotalWeight);
        for (var i = 0; i < 25; i++)
        {
            for (var j = 0; j < 25; j++)
            {
                var weight = (i == j ? 2 : 1) * graph.Weight(i, j);          // A_ii = 2 · loop
                sum += partition[i] == partition[j] ? weight - 1.3 * graph.Strength(i) * graph.Strength(j) / (2 * m) : 0;
            }
        }

        Assert.That(Modularity.Of(graph, partition, 1.3), Is.EqualTo(sum / (2 * m)).Within(1e-13));
    }

    [Test]
    public void Of_OneCommunity_IsOneMinusResolution()
    {
        var graph = TestGraphs.Random(20, 0.4, seed: 4, loops: true);

        Assert.That(Modularity.Of(graph, Partition.Whole(20)), Is.EqualTo(0).Within(1e-15));
        Assert.That(Modularity.Of(graph, Partition.Whole(20), 0.25), Is.EqualTo(0.75).Within(1e-15));
    }

    [Test]
    public void Of_RenumberedNodes_StaysTheSame()
    {
        var graph = TestGraphs.Random(40, 0.2, seed: 5, loops: true);
        var partition = Louvain.Find(graph, seed: 1);
        var order = Enumerable.Range(0, 40).ToArray();
        new Random(6).Shuffle(order);

        var (renumbered, moved) = TestGraphs.Renumber(graph, partition, order);

        Assert.That(Modularity.Of(renumbered, moved), Is.EqualTo(Modularity.Of(graph, partition)).Within(1e-14));
    }

    [Test]
    public void Of_WithoutEdges_IsZero() => Assert.That(Modularity.Of(WeightedGraph.FromEdges(3, []), Partition.Whole(3)), Is.Zero);

    [Test]
    public void Of_BadArguments_SaysWhatWasExpected()
    {
        Assert.That(
            () => Modularity.Of(KarateClub.Unweighted, Partition.Whole(3)),
            Throws.ArgumentException.With.Message.EqualTo("The partition covers 3 nodes, the graph has 34."));
        Assert.That(
            () => Modularity.Of(KarateClub.Unweighted, KarateClub.Best, -1),
            Throws.ArgumentException.With.Message.EqualTo("The resolution is -1; it is finite and not negative (1 = plain modularity)."));
    }
}
