using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>Leiden's refinement: inside every community, single nodes merge into well-connected groups.</summary>
internal static class LeidenRefinement
{
    /// <summary>Splits every community into connected, well-connected groups.</summary>
    /// <remarks>
    /// In a community S of strength K_S a set T is well connected when  w(T, S∖T) ≥ γ K_T (K_S − K_T) / 2m.  Each well-connected node v
    /// that is still alone joins a well-connected group T around it (or stays) with probability ∝ exp(Δ/θ) over the groups with
    /// Δ = w(v,T) − γ k_v K_T / 2m ≥ 0.
    /// </remarks>
    /// <returns>(nodes): a group number in 0 … nodes − 1.</returns>
    public static int[] Run(WeightedGraph graph, int[] community, double resolution, double temperature, RandomStream random)
    {
        var nodes = graph.NodeCount;
        var perPair = resolution / (2 * graph.TotalWeight);                  // γ / 2m
        var group = Enumerable.Range(0, nodes).ToArray();
        var size = new int[nodes];                                           // of a group
        var total = new double[nodes];                                       // K_T
        var outward = new double[nodes];                                     // w(T, S∖T)
        var communityTotal = new double[nodes];                              // K_S
        for (var node = 0; node < nodes; node++)
        {
            size[node] = 1;
            total[node] = graph.Strength(node);
            outward[node] = InsideWeight(graph, community, node);
            communityTotal[community[node]] += total[node];
        }

        bool WellConnected(int t, double around) => outward[t] >= perPair * total[t] * (around - total[t]);

        var order = Enumerable.Range(0, nodes).ToArray();
        random.Shuffle(order.AsSpan());
        var (weightTo, touched, chances) = (new double[nodes], new int[nodes], new double[nodes]);
        foreach (var node in order)
        {
            var around = communityTotal[community[node]];
            if (size[group[node]] > 1 || !WellConnected(node, around))
                continue;
            var found = Gather(graph, community, group, node, weightTo, touched);
            var share = perPair * total[node];
            for (var i = 0; i < found; i++)
            {
                var t = touched[i];
                var gain = weightTo[t] - share * total[t];
                chances[i] = gain >= 0 && WellConnected(t, around) ? gain : double.NegativeInfinity;
            }

            var chosen = Draw(chances.AsSpan(0, found), temperature, random);
            if (chosen >= 0)
            {
                var t = touched[chosen];
                outward[t] += outward[node] - 2 * weightTo[t];
                total[t] += total[node];
                size[t]++;
                (size[node], group[node]) = (0, t);
            }

            foreach (var t in touched.AsSpan(0, found))
                weightTo[t] = 0;
        }

        return group;
    }

    /// <summary>Writes the connected components of every community and returns how many there are.</summary>
    public static int ConnectedParts(WeightedGraph graph, int[] community, int[] parts)
    {
        var inside = graph.Edges().Where(edge => community[edge.Source] == community[edge.Target]);
        var components = WeightedGraph.FromEdges(graph.NodeCount, inside).Components();
        components.Labels.CopyTo(parts);
        return components.Count;
    }

    /// <summary>Fills the weights from a node to the groups around it in its community, and lists those groups.</summary>
    private static int Gather(WeightedGraph graph, int[] community, int[] group, int node, double[] weightTo, int[] touched)
    {
        var neighbours = graph.Neighbours(node);
        var weights = graph.Weights(node);
        var found = 0;
        for (var i = 0; i < neighbours.Length; i++)
        {
            if (community[neighbours[i]] != community[node])
                continue;
            var t = group[neighbours[i]];
            if (weightTo[t] == 0)
                touched[found++] = t;
            weightTo[t] += weights[i];
        }

        return found;
    }

    /// <summary>Draws an index with probability ∝ exp(gain/θ), or −1, whose gain is 0, for staying alone. Overwrites the gains.</summary>
    private static int Draw(Span<double> gains, double temperature, RandomStream random)
    {
        var best = 0.0;
        foreach (var gain in gains)
            best = Math.Max(best, gain);
        var sum = Math.Exp(-best / temperature);                             // staying
        foreach (ref var gain in gains)
        {
            gain = Math.Exp((gain - best) / temperature);
            sum += gain;
        }

        var left = random.NextDouble() * sum;
        for (var i = 0; i < gains.Length; i++)
        {
            left -= gains[i];
            if (left < 0)
                return i;
        }

        return -1;
    }

    private static double InsideWeight(WeightedGraph graph, int[] community, int node)
    {
        var neighbours = graph.Neighbours(node);
        var weights = graph.Weights(node);
        var sum = 0.0;
        for (var i = 0; i < neighbours.Length; i++)
            sum += community[neighbours[i]] == community[node] ? weights[i] : 0;
        return sum;
    }
}
