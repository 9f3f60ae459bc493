using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class LeidenTests
{
    [Test]
    public void Find_OnKarate_ReachesTheBestPartition()
    {
        var values = Enumerable.Range(0, 20).Select(seed => Modularity.Of(KarateClub.Unweighted, Leiden.Find(KarateClub.Unweighted, seed)));

        Assert.That(values.Max(), Is.EqualTo(0.419789612097).Within(1e-12));
        Assert.That(values.Min(), Is.GreaterThan(0.415));
    }

    [TestCase(0.02)]
    [TestCase(0.1)]
    [TestCase(0.5)]
    public void Find_OnRandomGraphs_GivesConnectedCommunities(double density)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var graph = TestGraphs.Random(80, density, seed, loops: seed % 2 == 0);
            foreach (var resolution in new[] { 0, 0.3, 1, 3 })
                AssertConnected(graph, Leiden.Find(graph, seed, resolution));
        }
    }

    [Test]
    public void Find_FromDisconnectedStart_SplitsIt()
    {
        var graph = WeightedGraph.FromEdges(5, [new(0, 1), new(2, 3)]);

        Assert.That(Leiden.Find(graph, 0, start: Partition.Whole(5)), Is.EqualTo(Partition.Of("aabbc")));
        Assert.That(Leiden.Find(graph, 0, resolution: 0, start: Partition.Whole(5)), Is.EqualTo(Partition.Of("aabbc")));
        Assert.That(Leiden.Find(graph, 0, start: Partition.Of("ababa")), Is.EqualTo(Partition.Of("aabbc")));
    }

    [Test]
    public void Find_FromAnyStart_IsAtLeastAsGood()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var graph = TestGraphs.Random(60, 0.15, seed);
            var random = new Random(seed);
            Partition[] starts =
            [
                Partition.Whole(60), Partition.Of(Enumerable.Range(0, 60).Select(_ => random.Next(5))), Louvain.Find(graph, seed),
            ];
            foreach (var start in starts)
            {
                var found = Leiden.Find(graph, seed, start: start);
                Assert.That(Modularity.Of(graph, found), Is.GreaterThanOrEqualTo(Modularity.Of(graph, start) - 1e-12));
            }
        }
    }

    [TestCase(0.5)]
    [TestCase(1.0)]
    [TestCase(1.7)]
    public void Find_OnTinyGraphs_BestSeedIsTheBestOfAllPartitions(double resolution)
    {
        for (var graphSeed = 0; graphSeed < 12; graphSeed++)
        {
            var graph = TestGraphs.Random(7 + graphSeed % 2, 0.5, graphSeed, loops: graphSeed % 3 == 0);
            var optimum = TestGraphs.AllPartitions(graph.NodeCount).Max(partition => Modularity.Of(graph, partition, resolution));
            var found = Enumerable.Range(0, 20).Max(seed => Modularity.Of(graph, Leiden.Find(graph, seed, resolution), resolution));

            Assert.That(found, Is.EqualTo(optimum).Within(1e-12), $"graph {graphSeed}");
        }
    }

    [Test]
    public void Find_WithSameSeed_GivesTheSamePartition()
    {
        var graph = TestGraphs.Random(150, 0.1, seed: 9);

        Assert.That(Leiden.Find(graph, seed: 5), Is.EqualTo(Leiden.Find(graph, seed: 5)));
    }

    [Test]
    public void Find_WithAllWeightsDoubled_GivesTheSamePartition()
    {
        var graph = TestGraphs.Random(100, 0.1, seed: 2);
        var doubled = WeightedGraph.FromEdges(100, graph.Edges().Select(edge => edge with { Weight = 2 * edge.Weight }));

        Assert.That(Leiden.Find(doubled, seed: 1), Is.EqualTo(Leiden.Find(graph, seed: 1)));
    }

    [Test]
    public void Find_WithBadRandomness_SaysWhatWasExpected()
        => Assert.That(
            () => Leiden.Find(KarateClub.Unweighted, 0, randomness: 0),
            Throws.ArgumentException.With.Message.Contains("Leiden's randomness is 0; it is finite and above 0"));

    private static void AssertConnected(WeightedGraph graph, Partition partition)
    {
        var inside = graph.Edges().Where(edge => partition[edge.Source] == partition[edge.Target]);
        Assert.That(WeightedGraph.FromEdges(graph.NodeCount, inside).Components(), Is.EqualTo(partition));
    }
}
