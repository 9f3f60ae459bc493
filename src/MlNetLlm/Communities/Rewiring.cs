using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>Random graphs with the degrees of a given one.</summary>
public static class Rewiring
{
    /// <summary>
    /// Swaps the ends of two random edges, (a,b) (c,d) → (a,d) (c,b), again and again; a swap that would make a self-loop or a second
    /// edge between two nodes is left out. Every degree stays; a weight stays with its edge, so strengths do not. Self-loops stay.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="random">Of the swaps.</param>
    /// <param name="swapsPerEdge">Swaps tried for each edge; 10 leaves little of the original.</param>
    public static WeightedGraph DegreePreserving(WeightedGraph graph, RandomStream random, int swapsPerEdge = 10)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegative(swapsPerEdge);
        var loops = graph.Edges().Where(edge => edge.Source == edge.Target);
        var edges = graph.Edges().Where(edge => edge.Source != edge.Target).ToArray();
        var present = edges.Select(edge => Key(edge.Source, edge.Target)).ToHashSet();
        for (var left = edges.Length < 2 ? 0 : (long)edges.Length * swapsPerEdge; left > 0; left--)
        {
            var (i, j) = (random.Next(edges.Length), random.Next(edges.Length));
            var ((a, b, first), (c, d, second)) = (edges[i], edges[j]);
            if (random.Next(2) == 0)
                (c, d) = (d, c);
            if (a == c || a == d || b == c || b == d || present.Contains(Key(a, d)) || present.Contains(Key(c, b)))
                continue;
            present.Remove(Key(a, b));
            present.Remove(Key(c, d));
            present.Add(Key(a, d));
            present.Add(Key(c, b));
            (edges[i], edges[j]) = (new WeightedEdge(a, d, first), new WeightedEdge(c, b, second));
        }

        return WeightedGraph.FromEdges(graph.NodeCount, edges.Concat(loops));
    }

    private static long Key(int a, int b) => ((long)Math.Min(a, b) << 32) | (uint)Math.Max(a, b);
}
