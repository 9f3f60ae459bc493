namespace MlNetLlm.Communities;

/// <summary>Newman and Girvan's modularity: how much more weight falls inside communities than strengths alone would put there.</summary>
public static class Modularity
{
    /// <summary>Q = Σ_c [ L_c/m − γ (K_c/2m)² ], L_c the weight inside community c, K_c the sum of its nodes' strengths.</summary>
    /// <remarks>
    /// A self-loop enters L_c and m once and K_c twice, as in networkx; it adds to Q whatever the partition is,
    /// so figures with and without loops do not compare.
    /// </remarks>
    /// <param name="graph">The graph; without any edge Q is 0.</param>
    /// <param name="partition">A community for every node.</param>
    /// <param name="resolution">γ ≥ 0: above 1 favours smaller communities, below 1 larger ones.</param>
    public static double Of(WeightedGraph graph, Partition partition, double resolution = 1)
    {
        Partition.CheckFits(partition, graph.NodeCount);
        CheckResolution(resolution);
        var m = graph.TotalWeight;
        if (m == 0)
            return 0;
        var inside = new double[partition.Count];        // L_c
        var strength = new double[partition.Count];      // K_c
        for (var node = 0; node < graph.NodeCount; node++)
        {
            var c = partition[node];
            inside[c] += graph.Loop(node) + InsideWeight(graph, partition, node) / 2;
            strength[c] += graph.Strength(node);
        }

        var q = 0.0;
        for (var c = 0; c < partition.Count; c++)
            q += inside[c] / m - resolution * Math.Pow(strength[c] / (2 * m), 2);
        return q;
    }

    /// <summary>Weight of the edges from a node to the others of its community.</summary>
    private static double InsideWeight(WeightedGraph graph, Partition partition, int node)
    {
        var neighbours = graph.Neighbours(node);
        var weights = graph.Weights(node);
        var sum = 0.0;
        for (var i = 0; i < neighbours.Length; i++)
            sum += partition[neighbours[i]] == partition[node] ? weights[i] : 0;
        return sum;
    }

    internal static void CheckResolution(double resolution)
    {
        if (!(resolution >= 0 && double.IsFinite(resolution)))
            throw new ArgumentException($"The resolution is {resolution}; it is finite and not negative (1 = plain modularity).");
    }
}
