namespace MlNetLlm.Communities;

/// <summary>Checks edges and matrices from outside and lays them out as the flat arrays of a <see cref="WeightedGraph"/>.</summary>
internal static class GraphBuilder
{
    /// <summary>Largest difference between two mirrored entries, as a share of the larger one, that still counts as symmetric.</summary>
    private const double SymmetryTolerance = 1e-9;

    public static WeightedGraph Build(int nodeCount, IEnumerable<WeightedEdge> edges)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nodeCount);
        ArgumentNullException.ThrowIfNull(edges);
        var loops = new double[nodeCount];
        var kept = new List<WeightedEdge>();
        var offsets = new int[nodeCount + 1];
        foreach (var edge in edges)
        {
            Check(edge, nodeCount);
            if (edge.Weight == 0)
                continue;
            if (edge.Source == edge.Target)
            {
                loops[edge.Source] += edge.Weight;
                continue;
            }

            kept.Add(edge);
            if (kept.Count > Array.MaxLength / 2)
                throw new ArgumentException($"A graph holds at most {Array.MaxLength / 2} edges; more were given. Drop the lightest ones.");
            offsets[edge.Source + 1]++;
            offsets[edge.Target + 1]++;
        }

        for (var node = 0; node < nodeCount; node++)
            offsets[node + 1] += offsets[node];
        var neighbours = new int[2 * kept.Count];
        var weights = new double[2 * kept.Count];
        var next = offsets.AsSpan(0, nodeCount).ToArray();
        foreach (var (source, target, weight) in kept)
        {
            (neighbours[next[source]], weights[next[source]++]) = (target, weight);
            (neighbours[next[target]], weights[next[target]++]) = (source, weight);
        }

        return SortRows(offsets, neighbours, weights, loops);
    }

    public static WeightedGraph Build(double[,] dense)
    {
        ArgumentNullException.ThrowIfNull(dense);
        var (rows, columns) = (dense.GetLength(0), dense.GetLength(1));
        if (rows != columns)
            throw new ArgumentException($"A graph's weight matrix is square; this one is {rows} × {columns}.", nameof(dense));

        IEnumerable<WeightedEdge> UpperTriangle()
        {
            for (var i = 0; i < rows; i++)
            {
                for (var j = i; j < rows; j++)
                {
                    var (upper, lower) = (dense[i, j], dense[j, i]);
                    var tolerance = SymmetryTolerance * Math.Max(Math.Abs(upper), Math.Abs(lower));
                    if (!upper.Equals(lower) && !(Math.Abs(upper - lower) <= tolerance))
                    {
                        throw new ArgumentException(
                            $"A graph's weight matrix is symmetric; entry ({i}, {j}) is {upper} and ({j}, {i}) is {lower}. "
                            + "Average the matrix with its transpose.", nameof(dense));
                    }

                    if (upper != 0)
                        yield return new WeightedEdge(i, j, upper);
                }
            }
        }

        return Build(rows, UpperTriangle());
    }

    private static void Check(WeightedEdge edge, int nodeCount)
    {
        var (source, target, weight) = edge;
        if ((uint)source >= (uint)nodeCount || (uint)target >= (uint)nodeCount)
            throw new ArgumentException($"Edge ({source}, {target}) leaves the graph, whose nodes are 0 … {nodeCount - 1}.");
        if (!(weight >= 0 && double.IsFinite(weight)))
        {
            throw new ArgumentException($"Edge ({source}, {target}) has weight {weight}; weights are finite and not negative. "
                + "Set negative similarities to 0 before building the graph.");
        }
    }

    /// <summary>Sorts every node's neighbours and adds up the weights of repeated ones, in place.</summary>
    private static WeightedGraph SortRows(int[] offsets, int[] neighbours, double[] weights, double[] loops)
    {
        var (write, start) = (0, 0);
        for (var node = 0; node < loops.Length; node++)
        {
            var end = offsets[node + 1];
            Array.Sort(neighbours, weights, start, end - start);
            var first = write;
            for (var read = start; read < end; read++)
            {
                if (write > first && neighbours[write - 1] == neighbours[read])
                    weights[write - 1] += weights[read];
                else
                    (neighbours[write], weights[write++]) = (neighbours[read], weights[read]);
            }

            start = end;
            offsets[node + 1] = write;
        }

        Array.Resize(ref neighbours, write);
        Array.Resize(ref weights, write);
        return new WeightedGraph(offsets, neighbours, weights, loops);
    }
}
