using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>
/// Leiden community detection: Louvain with a refinement between the local moves and the folding; every community it returns is
/// connected.
/// </summary>
/// <remarks>
/// Traag, Waltman and van Eck 2019, "From Louvain to Leiden". Folding happens along the refined communities, which grow by merging single
/// nodes only and are therefore connected; the unrefined ones are where the next level starts, so modularity never falls.
/// We depart from the paper in one place: when no refined community grew although a community still holds several, its connected
/// components stand in for the refinement, so that every round makes progress.
/// </remarks>
public static class Leiden
{
    /// <summary>Finds a partition of high modularity into connected communities.</summary>
    /// <param name="graph">The graph; nodes without any edge stay alone.</param>
    /// <param name="seed">Of the node order and of the refinement's draws.</param>
    /// <param name="resolution">γ of <see cref="Modularity.Of"/>.</param>
    /// <param name="start">Where to start; the result's modularity is at least as high. None = every node alone.</param>
    /// <param name="randomness">θ &gt; 0 of the refinement, in mean edge weights: near 0 merges greedily, larger explores more.</param>
    /// <param name="iterations">Most whole runs, each from the last one's result; stops earlier when a run changes nothing.</param>
    /// <param name="cancellationToken">Looked at between levels.</param>
    public static Partition Find(
        WeightedGraph graph,
        int seed,
        double resolution = 1,
        Partition? start = null,
        double randomness = 0.01,
        int iterations = 10,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Modularity.CheckResolution(resolution);
        if (!(randomness > 0 && double.IsFinite(randomness)))
            throw new ArgumentException($"Leiden's randomness is {randomness}; it is finite and above 0 (0.01 is usual).");
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        var partition = start ?? Partition.Singletons(graph.NodeCount);
        Partition.CheckFits(partition, graph.NodeCount);
        if (graph.TotalWeight == 0)
            return Partition.Singletons(graph.NodeCount);

        var random = new RandomStream(seed, "leiden");
        var temperature = randomness * graph.TotalWeight / graph.EdgeCount;
        for (var i = 0; i < iterations; i++)
        {
            var next = Iterate(graph, partition, resolution, temperature, random, cancellationToken);
            if (next.Equals(partition))
                break;
            partition = next;
        }

        return partition;
    }

    private static Partition Iterate(
        WeightedGraph graph,
        Partition start,
        double resolution,
        double temperature,
        RandomStream random,
        CancellationToken cancellationToken)
    {
        var membership = Enumerable.Range(0, graph.NodeCount).ToArray();     // (original nodes) -> node of the level
        var labels = start.Labels.ToArray();                                 // (nodes of the level) -> community
        var level = graph;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            new LocalMoving(level, labels, resolution).Run(random);
            if (Aggregation.Compact(labels) == level.NodeCount)
                return new Partition(membership);

            var refined = LeidenRefinement.Run(level, labels, resolution, temperature, random);
            var count = Aggregation.Compact(refined);
            if (count == level.NodeCount)
                count = LeidenRefinement.ConnectedParts(level, labels, refined);
            if (count == level.NodeCount)
                return new Partition(membership);            // communities without any edge inside: apart is at least as good

            for (var node = 0; node < membership.Length; node++)
                membership[node] = refined[membership[node]];
            var folded = new int[count];
            for (var node = 0; node < labels.Length; node++)
                folded[refined[node]] = labels[node];
            level = Aggregation.Fold(level, refined, count);
            labels = folded;
        }
    }
}
