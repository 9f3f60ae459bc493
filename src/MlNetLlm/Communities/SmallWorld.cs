using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>How far a graph clusters like a lattice while its paths are as short as a random graph's.</summary>
/// <param name="Clustering">C, the mean local clustering coefficient.</param>
/// <param name="RandomClustering">C_rand, the mean over rewired graphs.</param>
/// <param name="PathLength">L, the mean distance inside the largest component.</param>
/// <param name="RandomPathLength">L_rand, the mean over rewired graphs.</param>
public sealed record SmallWorld(double Clustering, double RandomClustering, double PathLength, double RandomPathLength)
{
    /// <summary>
    /// σ = (C/C_rand) / (L/L_rand) (Humphries and Gurney 2008): well above 1 for a small world; NaN where a random graph has no
    /// triangle.
    /// </summary>
    public double Index => RandomClustering > 0 && PathLength > 0
        ? Clustering / RandomClustering / (PathLength / RandomPathLength)
        : double.NaN;

    /// <summary>Measures a graph against degree-preserving rewirings of it.</summary>
    /// <param name="graph">The graph; weights and self-loops do not count.</param>
    /// <param name="seed">Of the rewirings.</param>
    /// <param name="rewirings">Number of random graphs, at least 1.</param>
    /// <param name="swapsPerEdge">Swaps tried for each edge of a random graph.</param>
    /// <param name="cancellationToken">Looked at between random graphs.</param>
    public static SmallWorld Of(
        WeightedGraph graph, int seed, int rewirings = 20, int swapsPerEdge = 10, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rewirings, 1);
        var random = new RandomStream(seed, "rewiring");
        var (clustering, pathLength) = (0.0, 0.0);
        for (var i = 0; i < rewirings; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rewired = Rewiring.DegreePreserving(graph, random, swapsPerEdge);
            clustering += NetworkStatistics.MeanClustering(rewired) / rewirings;
            pathLength += NetworkStatistics.Distances(rewired).PathLength / rewirings;
        }

        return new SmallWorld(
            NetworkStatistics.MeanClustering(graph), clustering, NetworkStatistics.Distances(graph).PathLength, pathLength);
    }
}
