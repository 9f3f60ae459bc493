namespace MlNetLlm.Communities;

/// <summary>
/// The place of every node in a partition: participation coefficient and within-module z-score, textbook and published forms.
/// </summary>
/// <remarks>
/// Textbook: Guimerà and Amaral 2005, in the convention of the Brain Connectivity Toolbox. Published: the code of Bhandari, Chen and
/// Gao 2025, whose participation has one term where the textbook sums over communities, and whose z-score takes the total degree.
/// With n communities the textbook coefficient stays below 1 − 1/n; only the one-term form comes near 1.
/// </remarks>
public static class NodeRoles
{
    /// <summary>
    /// Participation coefficient P_v = 1 − Σ_c (k_vc / k_v)², k_vc the part of node v's strength that goes to community c.
    /// </summary>
    /// <param name="graph">The graph; a self-loop counts twice, for the node's own community.</param>
    /// <param name="partition">A community for every node.</param>
    /// <param name="weighted">False counts edges in place of weights.</param>
    /// <returns>(nodes): 0 for a node whose edges stay in one community, or that has none.</returns>
    public static double[] Participation(WeightedGraph graph, Partition partition, bool weighted = true)
    {
        Partition.CheckFits(partition, graph.NodeCount);
        var coefficients = new double[graph.NodeCount];
        var toCommunity = new double[partition.Count];                       // k_vc
        for (var node = 0; node < coefficients.Length; node++)
        {
            var neighbours = graph.Neighbours(node);
            var weights = graph.Weights(node);
            toCommunity[partition[node]] += LoopEnds(graph, node, weighted);
            for (var i = 0; i < neighbours.Length; i++)
                toCommunity[partition[neighbours[i]]] += weighted ? weights[i] : 1;

            var (total, squares) = (weighted ? graph.Strength(node) : graph.Degree(node), 0.0);
            foreach (var part in toCommunity)
                squares += part * part;
            coefficients[node] = total > 0 ? 1 - squares / (total * total) : 0;
            Array.Clear(toCommunity);
        }

        return coefficients;
    }

    /// <summary>
    /// The published one-term coefficient P_v = 1 − (k_in / k)², without weights; a self-loop counts 1 in k_in and 2 in k.
    /// </summary>
    /// <returns>(nodes): 0 for a node without edges.</returns>
    public static double[] PublishedParticipation(WeightedGraph graph, Partition partition)
    {
        Partition.CheckFits(partition, graph.NodeCount);
        return [.. Enumerable.Range(0, graph.NodeCount).Select(node =>
        {
            var inside = Inside(graph, partition, node, weighted: false) + (graph.Loop(node) > 0 ? 1 : 0);
            return graph.Degree(node) == 0 ? 0 : 1 - Math.Pow(inside / graph.Degree(node), 2);
        })];
    }

    /// <summary>
    /// Within-module z-score: the node's strength inside its community, in population standard deviations from the community's mean.
    /// </summary>
    /// <param name="graph">The graph; a self-loop counts twice.</param>
    /// <param name="partition">A community for every node.</param>
    /// <param name="weighted">False counts edges in place of weights.</param>
    /// <returns>(nodes): 0 in a community whose nodes are all alike.</returns>
    public static double[] WithinModuleZ(WeightedGraph graph, Partition partition, bool weighted = true)
    {
        Partition.CheckFits(partition, graph.NodeCount);
        return Standardise(partition, node => Inside(graph, partition, node, weighted) + LoopEnds(graph, node, weighted));
    }

    /// <summary>The published z-score: the node's total degree, not the one inside, against its community's mean degree.</summary>
    /// <returns>(nodes): 0 in a community whose nodes are all alike.</returns>
    public static double[] PublishedZ(WeightedGraph graph, Partition partition)
    {
        Partition.CheckFits(partition, graph.NodeCount);
        return Standardise(partition, node => graph.Degree(node));
    }

    private static double LoopEnds(WeightedGraph graph, int node, bool weighted)
        => graph.Loop(node) == 0 ? 0 : weighted ? 2 * graph.Loop(node) : 2;

    /// <summary>Edges, or their weight, from a node to the others of its community.</summary>
    private static double Inside(WeightedGraph graph, Partition partition, int node, bool weighted)
    {
        var neighbours = graph.Neighbours(node);
        var weights = graph.Weights(node);
        var sum = 0.0;
        for (var i = 0; i < neighbours.Length; i++)
        {
            if (partition[neighbours[i]] == partition[node])
                sum += weighted ? weights[i] : 1;
        }

        return sum;
    }

    /// <summary>(value − mean of the community) / population standard deviation of the community.</summary>
    private static double[] Standardise(Partition partition, Func<int, double> value)
    {
        var scores = new double[partition.NodeCount];
        foreach (var group in partition.Groups())
        {
            var values = Array.ConvertAll(group, node => value(node));
            var mean = values.Average();
            var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
            for (var i = 0; i < group.Length; i++)
                scores[group[i]] = deviation > 1e-12 * Math.Abs(mean) ? (values[i] - mean) / deviation : 0;
        }

        return scores;
    }
}
