namespace MlNetLlm.Communities;

/// <summary>Figures of a graph as a whole, without weights, as the paper's tables list them.</summary>
/// <param name="Nodes">Number of nodes.</param>
/// <param name="Edges">Number of edges, self-loops included.</param>
/// <param name="MeanDegree">2 · edges / nodes; a self-loop counts twice.</param>
/// <param name="Density">2 · edges / (nodes (nodes − 1)).</param>
/// <param name="Clustering">Mean over nodes of the share of pairs of neighbours that are joined; 0 for fewer than two neighbours.</param>
/// <param name="Efficiency">Mean of 1 / distance over all pairs; 0 for pairs without a path.</param>
/// <param name="PathLength">Mean distance inside the largest component.</param>
/// <param name="Diameter">Largest distance inside the largest component.</param>
/// <param name="Assortativity">Correlation of the degrees at the two ends of an edge, self-loops left out; 0 when all are alike.</param>
public sealed record NetworkStatistics(
    int Nodes, int Edges, double MeanDegree, double Density, double Clustering, double Efficiency, double PathLength, int Diameter,
    double Assortativity)
{
    /// <summary>Measures a graph; O(nodes · edges) time.</summary>
    public static NetworkStatistics Of(WeightedGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var (n, edges) = ((double)graph.NodeCount, graph.EdgeCount);
        var (efficiency, pathLength, diameter) = Distances(graph);
        return new NetworkStatistics(
            graph.NodeCount, edges, n > 0 ? 2 * edges / n : 0, n > 1 ? 2 * edges / (n * (n - 1)) : 0, MeanClustering(graph),
            efficiency, pathLength, diameter, DegreeAssortativity(graph));
    }

    /// <summary>Mean local clustering coefficient.</summary>
    internal static double MeanClustering(WeightedGraph graph)
    {
        var (marked, sum) = (new bool[graph.NodeCount], 0.0);
        for (var node = 0; node < graph.NodeCount; node++)
        {
            var neighbours = graph.Neighbours(node);
            foreach (var neighbour in neighbours)
                marked[neighbour] = true;
            var ends = 0L;                                                   // every edge among the neighbours twice
            foreach (var neighbour in neighbours)
            {
                foreach (var other in graph.Neighbours(neighbour))
                    ends += marked[other] ? 1 : 0;
            }

            foreach (var neighbour in neighbours)
                marked[neighbour] = false;
            sum += neighbours.Length > 1 ? ends / ((double)neighbours.Length * (neighbours.Length - 1)) : 0;
        }

        return graph.NodeCount == 0 ? 0 : sum / graph.NodeCount;
    }

    /// <summary>Breadth-first from every node.</summary>
    internal static (double Efficiency, double PathLength, int Diameter) Distances(WeightedGraph graph)
    {
        var n = graph.NodeCount;
        if (n < 2)
            return (0, 0, 0);
        var component = graph.Components();
        var sizes = component.Sizes();
        var largest = Array.IndexOf(sizes, sizes.Max());
        var (distance, queue) = (new int[n], new int[n]);
        var (inverse, total, diameter) = (0.0, 0.0, 0);
        for (var start = 0; start < n; start++)
        {
            Array.Fill(distance, -1);
            (distance[start], queue[0]) = (0, start);
            var (head, tail) = (0, 1);
            while (head < tail)
            {
                var node = queue[head++];
                foreach (var neighbour in graph.Neighbours(node))
                {
                    if (distance[neighbour] >= 0)
                        continue;
                    distance[neighbour] = distance[node] + 1;
                    queue[tail++] = neighbour;
                    inverse += 1.0 / distance[neighbour];
                    if (component[start] == largest)
                        (total, diameter) = (total + distance[neighbour], Math.Max(diameter, distance[neighbour]));
                }
            }
        }

        var pairs = (double)sizes[largest] * (sizes[largest] - 1);
        return (inverse / ((double)n * (n - 1)), pairs > 0 ? total / pairs : 0, diameter);
    }

    private static double DegreeAssortativity(WeightedGraph graph)
    {
        // Pearson correlation over both directions of every edge; both ends then have the same mean and variance.
        var (ends, sum, squares, products) = (0.0, 0.0, 0.0, 0.0);
        for (var node = 0; node < graph.NodeCount; node++)
        {
            var degree = (double)graph.Neighbours(node).Length;
            foreach (var neighbour in graph.Neighbours(node))
                products += degree * graph.Neighbours(neighbour).Length;
            (ends, sum, squares) = (ends + degree, sum + degree * degree, squares + degree * degree * degree);
        }

        var variance = squares / ends - sum / ends * (sum / ends);
        return ends > 0 && variance > 1e-12 * squares / ends ? (products / ends - sum / ends * (sum / ends)) / variance : 0;
    }
}
