namespace MlNetLlm.Communities;

/// <summary>A graph whose nodes have names.</summary>
/// <param name="Names">The name of every node.</param>
/// <param name="Graph">The graph.</param>
public sealed record NamedGraph(IReadOnlyList<string> Names, WeightedGraph Graph)
{
    /// <summary>The graph of the nodes that have an edge or a self-loop: the published networks have no other nodes.</summary>
    public NamedGraph WithoutIsolated()
    {
        int[] kept = [.. Enumerable.Range(0, Graph.NodeCount).Where(node => Graph.Strength(node) > 0)];
        var number = new int[Graph.NodeCount];
        for (var i = 0; i < kept.Length; i++)
            number[kept[i]] = i;
        var edges = Graph.Edges().Select(edge => new WeightedEdge(number[edge.Source], number[edge.Target], edge.Weight));
        return new NamedGraph([.. kept.Select(node => Names[node])], WeightedGraph.FromEdges(kept.Length, edges));
    }
}
