using System.Globalization;
using MlNetLlm.Communities;
using MlNetLlm.Training;

namespace MlNetLlm.Benchmarks;

/// <summary>
/// Louvain on two networks with planted communities: 196 nodes that nearly all have to do with each other, as the modules of a 7B model in
/// the published study, and 20,000 nodes with ten edges each. The other side is networkx or igraph on the same edges.
/// </summary>
internal static class Networks
{
    private const int Runs = 100;

    /// <summary>Writes both networks as lines of source, target and weight.</summary>
    public static void Write(string folder)
    {
        Write(Path.Combine(folder, "network-small.csv"), Small());
        Write(Path.Combine(folder, "network-large.csv"), Large());
    }

    /// <summary>
    /// Small: 100 runs and their consensus in a turn; the value is the best run's modularity. Large: one run in a turn, and its
    /// modularity, or, with consensus, 100 runs and their consensus.
    /// </summary>
    public static void Run(string folder, string name, Turns turns)
    {
        var graph = Read(Path.Combine(folder, name.StartsWith("louvain-small", StringComparison.Ordinal)
            ? "network-small.csv" : "network-large.csv"));
        var options = new ConsensusOptions { Runs = Runs, Threads = 1 };
        for (var turn = 0; turns.Next(); turn++)
            turns.Value = name == "louvain-large"
                ? Modularity.Of(graph, Louvain.Find(graph, turn))
                : Consensus.Find(graph, options).Runs.Max(run => Modularity.Of(graph, run));
    }

    // Seven groups of 28; weights uniform, and three times as heavy inside a group.
    private static IEnumerable<(int, int, double)> Small()
    {
        var random = new RandomStream(1, "small network");
        for (var i = 0; i < 196; i++)
            for (var j = i + 1; j < 196; j++)
                if (random.NextDouble() < 0.9)
                    yield return (i, j, (i / 28 == j / 28 ? 3 : 1) * random.NextDouble());
    }

    // Two hundred groups of 100; of a node's edges about three in four stay in its group.
    private static IEnumerable<(int, int, double)> Large()
    {
        const int nodes = 20_000, group = 100;
        var random = new RandomStream(1, "large network");
        var seen = new HashSet<(int, int)>();
        while (seen.Count < 5 * nodes)
        {
            var a = random.Next(nodes);
            var b = random.NextDouble() < 0.75 ? a / group * group + random.Next(group) : random.Next(nodes);
            if (a != b && seen.Add((Math.Min(a, b), Math.Max(a, b))))
                yield return (Math.Min(a, b), Math.Max(a, b), 0.5 + random.NextDouble());
        }
    }

    private static void Write(string file, IEnumerable<(int Source, int Target, double Weight)> edges) => File.WriteAllLines(
        file, edges.Select(edge => string.Create(CultureInfo.InvariantCulture, $"{edge.Source},{edge.Target},{edge.Weight:R}")));

    private static WeightedGraph Read(string file)
    {
        var edges = File.ReadLines(file).Select(line => line.Split(',')).Select(cells => new WeightedEdge(
            int.Parse(cells[0], CultureInfo.InvariantCulture), int.Parse(cells[1], CultureInfo.InvariantCulture),
            double.Parse(cells[2], CultureInfo.InvariantCulture))).ToList();
        return WeightedGraph.FromEdges(edges.Max(edge => Math.Max(edge.Source, edge.Target)) + 1, edges);
    }
}
