using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

/// <summary>Small graphs the community tests share.</summary>
internal static class TestGraphs
{
    /// <summary>Complete graphs in a ring, each joined to the next by one edge between a node of its own.</summary>
    public static WeightedGraph RingOfCliques(int cliques, int size)
    {
        var edges = new List<WeightedEdge>();
        for (var c = 0; c < cliques; c++)
        {
            for (var i = 0; i < size; i++)
            {
                for (var j = i + 1; j < size; j++)
                    edges.Add(new WeightedEdge(c * size + i, c * size + j));
            }

            edges.Add(new WeightedEdge(c * size, (c + 1) % cliques * size + 1));
        }

        return WeightedGraph.FromEdges(cliques * size, edges);
    }

    /// <summary>Two triangles joined by one edge: nodes 0, 1, 2 and 3, 4, 5.</summary>
    public static WeightedGraph TwoTriangles { get; } = WeightedGraph.FromEdges(6,
        [new(0, 1), new(0, 2), new(1, 2), new(3, 4), new(3, 5), new(4, 5), new(2, 3)]);

    /// <summary>A random graph: every pair joined with the given chance, weights in (0, 1], loops too when asked for.</summary>
    public static WeightedGraph Random(int nodes, double density, int seed, bool loops = false)
    {
        var random = new Random(seed);
        var edges = new List<WeightedEdge>();
        for (var i = 0; i < nodes; i++)
        {
            for (var j = loops ? i : i + 1; j < nodes; j++)
            {
                if (random.NextDouble() < density)
                    edges.Add(new WeightedEdge(i, j, 1 - random.NextDouble()));
            }
        }

        return WeightedGraph.FromEdges(nodes, edges);
    }

    /// <summary>Equal groups; node i is in group i mod groups. A share of the edges, the mixing, ends at a node drawn from all.</summary>
    public static (WeightedGraph Graph, Partition Planted) Planted(int nodes, int edges, int groups, double mixing, int seed)
    {
        var random = new Random(seed);
        var drawn = new HashSet<(int, int)>();
        while (drawn.Count < edges)
        {
            var source = random.Next(nodes);
            var target = random.NextDouble() < mixing ? random.Next(nodes) : random.Next(nodes / groups) * groups + source % groups;
            if (source != target)
                drawn.Add((Math.Min(source, target), Math.Max(source, target)));
        }

        var graph = WeightedGraph.FromEdges(nodes, drawn.Select(pair => new WeightedEdge(pair.Item1, pair.Item2)));
        return (graph, Partition.Of(Enumerable.Range(0, nodes).Select(node => node % groups)));
    }

    /// <summary>The same graph and partition with the nodes renumbered: node i becomes order[i].</summary>
    public static (WeightedGraph Graph, Partition Partition) Renumber(WeightedGraph graph, Partition partition, int[] order)
    {
        var edges = graph.Edges().Select(edge => new WeightedEdge(order[edge.Source], order[edge.Target], edge.Weight));
        var labels = new int[order.Length];
        for (var node = 0; node < order.Length; node++)
            labels[order[node]] = partition[node];
        return (WeightedGraph.FromEdges(graph.NodeCount, edges), new Partition(labels));
    }

    /// <summary>Every way to split the nodes into communities; 4,140 for 8 nodes.</summary>
    public static IEnumerable<Partition> AllPartitions(int nodes)
    {
        var labels = new int[nodes];
        IEnumerable<Partition> Extend(int node, int used)
        {
            if (node == nodes)
            {
                yield return new Partition(labels);
                yield break;
            }

            for (var label = 0; label <= used; label++)
            {
                labels[node] = label;
                foreach (var partition in Extend(node + 1, Math.Max(used, label + 1)))
                    yield return partition;
            }
        }

        return Extend(0, 0);
    }
}
