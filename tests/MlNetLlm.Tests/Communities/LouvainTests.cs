using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class LouvainTests
{
    [Test]
    public void Find_OnKarate_ReachesTheKnownOptima()            // optima of networkx over 100 seeds
    {
        double[] known = [0.419789612097, 0.418803418803, 0.415598290598, 0.415105193951];
        var partitions = Enumerable.Range(0, 100).Select(seed => Louvain.Find(KarateClub.Unweighted, seed)).ToArray();
        var values = partitions.Select(partition => Modularity.Of(KarateClub.Unweighted, partition)).ToArray();

        Assert.That(values.Max(), Is.EqualTo(known[0]).Within(1e-12));
        Assert.That(values.Count(q => known.Any(k => Math.Abs(q - k) < 1e-12)), Is.GreaterThanOrEqualTo(70));
        Assert.That(values.Min(), Is.GreaterThan(0.38));
        Assert.That(partitions, Has.Some.EqualTo(KarateClub.Best));
    }

    [Test]
    public void Find_OnWeightedKarate_ReachesTheKnownBest()
    {
        var best = Enumerable.Range(0, 100).Max(seed => Modularity.Of(KarateClub.Weighted, Louvain.Find(KarateClub.Weighted, seed)));

        Assert.That(best, Is.EqualTo(0.444903581267).Within(1e-12));
    }

    [TestCase(5, 5)]
    [TestCase(8, 4)]
    public void Find_OnRingOfCliques_FindsTheCliques(int cliques, int size)
    {
        var partition = Louvain.Find(TestGraphs.RingOfCliques(cliques, size), seed: 3);

        Assert.That(partition, Is.EqualTo(Partition.Of(Enumerable.Range(0, cliques * size).Select(node => node / size))));
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
            var found = Enumerable.Range(0, 30).Max(seed => Modularity.Of(graph, Louvain.Find(graph, seed, resolution), resolution));

            Assert.That(found, Is.EqualTo(optimum).Within(1e-12), $"graph {graphSeed}");
        }
    }

    [Test]
    public void Find_WithSameSeed_GivesTheSamePartition()
    {
        var graph = TestGraphs.Random(150, 0.1, seed: 9);

        Assert.That(Louvain.Find(graph, seed: 5), Is.EqualTo(Louvain.Find(graph, seed: 5)));
        Assert.That(Enumerable.Range(0, 10).Select(seed => Louvain.Find(graph, seed)).Distinct().Count(), Is.GreaterThan(1));
    }

    [Test]
    public void Find_WithHigherResolution_FindsMoreCommunities()
    {
        int[] counts = [.. new[] { 0.0, 0.5, 1, 4, 1000 }.Select(resolution => Louvain.Find(KarateClub.Unweighted, 0, resolution).Count)];

        Assert.That(counts, Is.Ordered);
        Assert.That((counts[0], counts[^1]), Is.EqualTo((1, 34)));
    }

    [Test]
    public void Find_WithIsolatedNodesOrNoEdges_LeavesThemAlone()
    {
        Assert.That(Louvain.Find(WeightedGraph.FromEdges(4, [new(1, 3)]), 0), Is.EqualTo(Partition.Of("abcb")));
        Assert.That(Louvain.Find(WeightedGraph.FromEdges(3, []), 0), Is.EqualTo(Partition.Singletons(3)));
        Assert.That(Louvain.Find(WeightedGraph.FromEdges(0, []), 0).Count, Is.Zero);
    }

    [Test]
    public void Find_Cancelled_Stops()
        => Assert.That(
            () => Louvain.Find(KarateClub.Unweighted, 0, cancellationToken: new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());
}
