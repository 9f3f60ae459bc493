namespace MlNetLlm.Communities;

/// <summary>
/// Agglomerative clustering by average linkage: the two clusters with the smallest mean distance merge, until one is left.
/// </summary>
/// <remarks>
/// A nearest-neighbour chain finds the merges in O(n²) time (Benzécri 1982; valid because a merge never brings a cluster closer to a
/// third than both parts were). Distances are kept as sums over pairs, in single precision: sums of whole numbers, such as counts
/// of runs, are exact up to 2²⁴; comparisons and heights are computed in double precision. Ties: the lowest cluster number.
/// </remarks>
public static class AverageLinkage
{
    /// <summary>Clusters objects by the distances between them.</summary>
    /// <param name="distances">(objects, objects), symmetric, finite; the diagonal is not read.</param>
    public static Dendrogram Cluster(double[,] distances)
    {
        ArgumentNullException.ThrowIfNull(distances);
        var (n, columns) = (distances.GetLength(0), distances.GetLength(1));
        if (n != columns)
            throw new ArgumentException($"Distances are a square matrix; this one is {n} × {columns}.", nameof(distances));
        CheckSize(n);
        var sums = new float[(long)n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var distance = distances[i, j];
                if (i != j && !(double.IsFinite(distance) && Math.Abs(distance - distances[j, i]) <= 1e-9 * Math.Abs(distance)))
                {
                    throw new ArgumentException(
                        $"Distances are finite and symmetric; ({i}, {j}) is {distance} and ({j}, {i}) is {distances[j, i]}.");
                }

                sums[(long)i * n + j] = (float)distance;
            }
        }

        var sizes = new int[n];
        Array.Fill(sizes, 1);
        return Cluster(sums, sizes, 1);
    }

    /// <summary>Clusters groups of objects.</summary>
    /// <param name="sums">(groups, groups): sum of the distances over all pairs between two groups. Overwritten.</param>
    /// <param name="sizes">(groups): number of objects. Overwritten.</param>
    /// <param name="unit">What the heights are multiplied by.</param>
    internal static Dendrogram Cluster(float[] sums, int[] sizes, double unit)
    {
        var n = sizes.Length;
        var active = Enumerable.Range(0, n).ToList();
        var (chain, merges) = (new List<int>(), new List<(int, int, double)>());
        while (active.Count > 1)
        {
            if (chain.Count == 0)
                chain.Add(active[0]);
            var tip = chain[^1];
            var previous = chain.Count > 1 ? chain[^2] : -1;
            var (nearest, distance) = Nearest(sums, sizes, active, tip, previous);
            if (nearest != previous)
            {
                chain.Add(nearest);
                continue;
            }

            chain.RemoveRange(chain.Count - 2, 2);
            merges.Add((Math.Min(tip, nearest), Math.Max(tip, nearest), distance * unit));
            Join(sums, sizes, active, Math.Min(tip, nearest), Math.Max(tip, nearest));
        }

        return Dendrogram.FromPairs(n, merges);
    }

    /// <summary>The active cluster closest to one; the chain's previous member wins ties, so that the chain ends.</summary>
    private static (int Cluster, double Distance) Nearest(float[] sums, int[] sizes, List<int> active, int tip, int previous)
    {
        var (nearest, distance) = (-1, double.PositiveInfinity);
        var start = (long)tip * sizes.Length;
        foreach (var other in active)
        {
            if (other == tip)
                continue;
            var mean = sums[start + other] / ((double)sizes[tip] * sizes[other]);
            if (mean < distance || (mean == distance && other == previous))
                (nearest, distance) = (other, mean);
        }

        return (nearest, distance);
    }

    /// <summary>Folds cluster b into cluster a: their sums of distances to every other one add up.</summary>
    private static void Join(float[] sums, int[] sizes, List<int> active, int a, int b)
    {
        var n = (long)sizes.Length;
        active.RemoveAt(active.BinarySearch(b));
        foreach (var other in active)
        {
            if (other == a)
                continue;
            var sum = sums[a * n + other] + sums[b * n + other];
            sums[a * n + other] = sum;
            sums[other * n + a] = sum;
        }

        sizes[a] += sizes[b];
    }

    internal static void CheckSize(int n)
    {
        if ((long)n * n > Array.MaxLength)
            throw new ArgumentException($"Average linkage holds all pairs at once: at most 46,340 distinct objects, {n} were given.");
    }
}
