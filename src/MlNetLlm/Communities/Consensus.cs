using System.Numerics;
using System.Runtime.InteropServices;

namespace MlNetLlm.Communities;

/// <summary>Consensus clustering: many runs of one algorithm, then hierarchical clustering of how often two nodes stood together.</summary>
/// <remarks>
/// Louvain × 100 and average linkage follow Bhandari, Chen and Gao 2025 (arXiv 2508.18192). Their code passes the co-assignment matrix,
/// diagonal 0, as observation vectors; both that form and the usual one, 1 − C, are here (<see cref="ConsensusLinkage"/>).
/// </remarks>
public static class Consensus
{
    /// <summary>Runs the algorithm repeatedly and joins the results.</summary>
    public static ConsensusResult Find(WeightedGraph graph, ConsensusOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = (options ?? new ConsensusOptions()).Validated();
        var runs = FindRuns(graph, options, cancellationToken);
        return new ConsensusResult(Join(runs, options.Linkage, options.Communities), runs, Agreement.MeanAdjustedRand(runs));
    }

    /// <summary>The partitions of all runs, by seed.</summary>
    public static Partition[] FindRuns(WeightedGraph graph, ConsensusOptions options, CancellationToken cancellationToken = default)
    {
        options.Validated();
        var runs = new Partition[options.Runs];
        var parallel = new ParallelOptions
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = options.Threads == 0 ? Environment.ProcessorCount : options.Threads,
        };
        Parallel.For(0, options.Runs, parallel, run => runs[run] = options.Method == CommunityMethod.Louvain
            ? Louvain.Find(graph, options.Seed + run, options.Resolution, cancellationToken)
            : Leiden.Find(graph, options.Seed + run, options.Resolution, cancellationToken: cancellationToken));
        return runs;
    }

    /// <summary>The share of runs that put two nodes together; 1 on the diagonal.</summary>
    /// <returns>(nodes, nodes).</returns>
    public static double[,] CoAssignment(IReadOnlyList<Partition> runs)
    {
        var nodes = CheckRuns(runs);
        var (together, shares) = (new int[nodes], new double[nodes, nodes]);
        var labels = TransposedLabels(runs, Enumerable.Range(0, nodes).ToArray());
        for (var i = 0; i < nodes; i++)
        {
            CountTogether(labels, i, together);
            for (var j = 0; j < nodes; j++)
                shares[i, j] = (double)together[j] / runs.Count;
        }

        return shares;
    }

    /// <summary>Joins partitions of the same nodes into one.</summary>
    /// <param name="runs">At least one partition.</param>
    /// <param name="linkage">How.</param>
    /// <param name="communities">
    /// How many; 0 = the median of the runs (the lower one of two), for <see cref="ConsensusLinkage.PublishedRows"/> their mean
    /// rounded down.
    /// </param>
    public static Partition Join(
        IReadOnlyList<Partition> runs, ConsensusLinkage linkage = ConsensusLinkage.Dissimilarity, int communities = 0)
    {
        var nodes = CheckRuns(runs);
        if (nodes == 0)
            return runs[0];
        if (linkage == ConsensusLinkage.Dissimilarity)
            return ByDissimilarity(runs, communities > 0 ? communities : MedianCount(runs));
        var count = communities > 0 ? communities : (int)runs.Average(run => run.Count);
        var tree = PublishedTree(runs);
        return count >= nodes ? Partition.Singletons(nodes) : tree.CutAt(tree.Merges[nodes - 1 - count].Height);
    }

    /// <summary>
    /// The merges of the published form: Euclidean distances between rows of the co-assignment matrix with a diagonal of 0.
    /// </summary>
    /// <remarks>
    /// O(nodes³) time. The cut is at the height of the k-th merge from the end, which leaves k − 1 merges out, barring ties.
    /// </remarks>
    public static Dendrogram PublishedTree(IReadOnlyList<Partition> runs)
    {
        var rows = CoAssignment(runs);
        var nodes = rows.GetLength(0);
        for (var i = 0; i < nodes; i++)
            rows[i, i] = 0;
        var distances = new double[nodes, nodes];
        Parallel.For(0, nodes, i =>
        {
            for (var j = 0; j < i; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < nodes; k++)
                    sum += (rows[i, k] - rows[j, k]) * (rows[i, k] - rows[j, k]);
                distances[i, j] = distances[j, i] = Math.Sqrt(sum);
            }
        });
        return AverageLinkage.Cluster(distances);
    }

    /// <summary>The merges of average linkage on 1 − C.</summary>
    public static Dendrogram Tree(IReadOnlyList<Partition> runs)
    {
        var nodes = CheckRuns(runs);
        return Tree(runs, Enumerable.Range(0, nodes).ToArray(), [.. Enumerable.Repeat(1, nodes)]);
    }

    /// <summary>
    /// Nodes that every run puts together merge at height 0 anyway: they start as one group, which keeps the matrix small.
    /// </summary>
    private static Partition ByDissimilarity(IReadOnlyList<Partition> runs, int communities)
    {
        var groups = runs[0];
        foreach (var run in runs.Skip(1))
            groups = Partition.Of(Enumerable.Range(0, run.NodeCount).Select(node => ((long)groups[node] << 32) | (uint)run[node]));
        if (groups.Count <= communities)
            return groups;
        var clusters = Tree(runs, [.. groups.Groups().Select(group => group[0])], groups.Sizes()).Cut(communities);
        return Partition.Of(Enumerable.Range(0, groups.NodeCount).Select(node => clusters[groups[node]]));
    }

    private static Dendrogram Tree(IReadOnlyList<Partition> runs, int[] members, int[] sizes)
    {
        var n = members.Length;
        AverageLinkage.CheckSize(n);
        var sums = new float[(long)n * n];                       // runs apart, over all pairs of nodes of two groups
        var labels = TransposedLabels(runs, members);
        Parallel.For(0, n, () => new int[n], (i, _, together) =>
        {
            CountTogether(labels, i, together);
            for (var j = 0; j < n; j++)
                sums[(long)i * n + j] = (float)((double)(runs.Count - together[j]) * sizes[i] * sizes[j]);
            return together;
        }, _ => { });
        return AverageLinkage.Cluster(sums, sizes, 1.0 / runs.Count);
    }

    /// <summary>(runs)(members): the labels of the chosen nodes only.</summary>
    private static int[][] TransposedLabels(IReadOnlyList<Partition> runs, int[] members)
        => [.. runs.Select(run => Array.ConvertAll(members, node => run[node]))];

    /// <summary>Counts, for every node, the runs that put it together with node i.</summary>
    private static void CountTogether(int[][] labels, int i, int[] together)
    {
        Array.Clear(together);
        var counts = MemoryMarshal.Cast<int, Vector<int>>(together.AsSpan());
        foreach (var run in labels)
        {
            var own = new Vector<int>(run[i]);
            var lanes = MemoryMarshal.Cast<int, Vector<int>>(run);
            for (var j = 0; j < lanes.Length; j++)
                counts[j] -= Vector.Equals(lanes[j], own);       // equal = all bits set = −1
            for (var j = lanes.Length * Vector<int>.Count; j < run.Length; j++)
                together[j] += run[j] == run[i] ? 1 : 0;
        }
    }

    private static int MedianCount(IReadOnlyList<Partition> runs)
        => runs.Select(run => run.Count).Order().ElementAt((runs.Count - 1) / 2);

    private static int CheckRuns(IReadOnlyList<Partition> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0)
            throw new ArgumentException("A consensus needs at least one partition; none was given.", nameof(runs));
        foreach (var run in runs)
            Partition.CheckFits(run, runs[0].NodeCount, "first partition");
        return runs[0].NodeCount;
    }
}
