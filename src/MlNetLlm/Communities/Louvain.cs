using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>Louvain community detection: local moves, then fold every community into one node, until nothing moves.</summary>
/// <remarks>
/// Blondel, Guillaume, Lambiotte and Lefebvre 2008. The order of the nodes is drawn anew on every level from the seed; the same seed
/// gives the same partition. A community found this way may be disconnected: <see cref="Leiden"/> rules that out.
/// </remarks>
public static class Louvain
{
    /// <summary>Finds a partition of high modularity.</summary>
    /// <param name="graph">The graph; nodes without any edge stay alone.</param>
    /// <param name="seed">Of the node order.</param>
    /// <param name="resolution">γ of <see cref="Modularity.Of"/>.</param>
    /// <param name="cancellationToken">Looked at between levels.</param>
    public static Partition Find(WeightedGraph graph, int seed, double resolution = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Modularity.CheckResolution(resolution);
        var random = new RandomStream(seed, "louvain");
        var membership = Enumerable.Range(0, graph.NodeCount).ToArray();     // (original nodes) -> node of the level
        var level = graph;
        while (level.TotalWeight > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var labels = Enumerable.Range(0, level.NodeCount).ToArray();
            if (!new LocalMoving(level, labels, resolution).Run(random))
                break;
            var count = Aggregation.Compact(labels);
            for (var node = 0; node < membership.Length; node++)
                membership[node] = labels[membership[node]];
            if (count == level.NodeCount)
                break;
            level = Aggregation.Fold(level, labels, count);
        }

        return new Partition(membership);
    }
}
