using MlNetLlm.Communities;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Communities;

public class NetworkStatisticsTests
{
    [Test]
    public void Of_Karate_EqualsNetworkxAndIgraph()
    {
        var statistics = NetworkStatistics.Of(KarateClub.Weighted);

        Assert.That((statistics.Nodes, statistics.Edges, statistics.Diameter), Is.EqualTo((34, 78, 5)));
        Assert.That(statistics.MeanDegree, Is.EqualTo(156.0 / 34).Within(1e-12));
        Assert.That(statistics.Density, Is.EqualTo(0.13903743315508021).Within(1e-12));
        Assert.That(statistics.Clustering, Is.EqualTo(0.5706384782076823).Within(1e-12));
        Assert.That(statistics.Efficiency, Is.EqualTo(0.4920083184789052).Within(1e-12));
        Assert.That(statistics.PathLength, Is.EqualTo(2.408199643493761).Within(1e-12));
        Assert.That(statistics.Assortativity, Is.EqualTo(-0.47561309768461435).Within(1e-12));
    }

    [Test]
    public void Of_SeparateParts_MeasuresPathsInTheLargest()
    {
        var statistics = NetworkStatistics.Of(WeightedGraph.FromEdges(7, [new(0, 1), new(1, 2), new(0, 2), new(2, 3), new(4, 5)]));

        Assert.That(statistics.Clustering, Is.EqualTo(1 / 3.0).Within(1e-12));
        Assert.That(statistics.Efficiency, Is.EqualTo(12 / 42.0).Within(1e-12));
        Assert.That(statistics.PathLength, Is.EqualTo(8 / 6.0).Within(1e-12));
        Assert.That(statistics.Assortativity, Is.EqualTo(0).Within(1e-12));
    }

    [Test]
    public void Of_EmptyOrUniformGraph_HasNoNaN()
    {
        Assert.That(NetworkStatistics.Of(WeightedGraph.FromEdges(0, [])), Is.EqualTo(new NetworkStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0)));
        Assert.That(
            NetworkStatistics.Of(WeightedGraph.FromEdges(2, [new(0, 1)])),
            Is.EqualTo(new NetworkStatistics(2, 1, 1, 1, 0, 1, 1, 1, 0)));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void DegreePreserving_OnRandomGraph_KeepsDegreesAndWeights(int seed)
    {
        var graph = TestGraphs.Random(80, 0.1, seed, loops: true);

        var rewired = Rewiring.DegreePreserving(graph, new RandomStream(seed, "test"));

        Assert.That(Enumerable.Range(0, 80).Select(rewired.Degree), Is.EqualTo(Enumerable.Range(0, 80).Select(graph.Degree)));
        Assert.That(rewired.EdgeCount, Is.EqualTo(graph.EdgeCount));
        Assert.That(Enumerable.Range(0, 80).Select(rewired.Loop), Is.EqualTo(Enumerable.Range(0, 80).Select(graph.Loop)));
        Assert.That(rewired.Edges().Select(edge => edge.Weight).Order(), Is.EqualTo(graph.Edges().Select(edge => edge.Weight).Order()));
        Assert.That(rewired.Edges().Intersect(graph.Edges()).Count(), Is.LessThan(graph.EdgeCount / 2));
        Assert.That(Rewiring.DegreePreserving(graph, new RandomStream(seed, "test")).Edges(), Is.EqualTo(rewired.Edges()));
    }

    [Test]
    public void DegreePreserving_OfTinyGraphs_LeavesWhatCannotChange()
    {
        var complete = TestGraphs.Random(5, 1.1, seed: 1);

        Assert.That(Rewiring.DegreePreserving(complete, new RandomStream(1, "test")).Edges(), Is.EqualTo(complete.Edges()));
        var single = WeightedGraph.FromEdges(3, [new(0, 2)]);
        Assert.That(Rewiring.DegreePreserving(single, new RandomStream(1, "test")).Edges(), Is.EqualTo(single.Edges()));
    }

    [Test]
    public void SmallWorld_OfRewiredRing_StandsOutAndOfRandomGraphDoesNot()
    {
        var random = new Random(1);
        var ring = Enumerable.Range(0, 200).SelectMany(node => Enumerable.Range(1, 4).Select(step => (node, (node + step) % 200)));
        var shortcuts = ring.Select(edge => random.NextDouble() < 0.05 ? (edge.node, random.Next(200)) : edge);
        var edges = shortcuts.Where(edge => edge.Item1 != edge.Item2).Select(edge => new WeightedEdge(edge.Item1, edge.Item2));
        var smallWorld = WeightedGraph.FromEdges(200, edges);

        var index = SmallWorld.Of(smallWorld, seed: 1, rewirings: 5).Index;

        Assert.That(index, Is.GreaterThan(4));
        Assert.That(SmallWorld.Of(TestGraphs.Random(200, 0.04, seed: 1), seed: 1, rewirings: 5).Index, Is.EqualTo(1).Within(0.2));
    }

    [Test]
    public void SmallWorld_OfTree_IsUndefined()
        => Assert.That(SmallWorld.Of(WeightedGraph.FromEdges(3, [new(0, 1), new(1, 2)]), seed: 1).Index, Is.NaN);
}
