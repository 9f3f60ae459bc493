using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>Keeps a random part of the edges: more likely those that current must take (Spielman and Srivastava 2008).</summary>
/// <remarks>
/// The published network of modules comes through two such draws, and nearly all of its structure is that of the draw: for constant
/// weights it throws some 92 % of the edges away. Here for replication; the corrected variant does without.
/// </remarks>
public static class Sparsifier
{
    /// <summary>The chance p of every edge in one draw, in the order of <see cref="WeightedGraph.Edges"/>.</summary>
    public static (WeightedEdge Edge, double Chance)[] Chances(WeightedGraph graph, SparsifierOptions? options = null)
    {
        options = (options ?? new SparsifierOptions()).Validated();
        var resistances = EffectiveResistance.Between(graph, options.Ridge);
        return [.. graph.Edges().Select(edge =>
        {
            var strengths = graph.Strength(edge.Source) + graph.Strength(edge.Target);
            return (edge, Math.Min(1, options.Alpha * resistances[edge.Source, edge.Target] * strengths));       // a self-loop has R = 0
        })];
    }

    /// <summary>Draws a sparser graph; the weight of a kept edge is w / p. Self-loops carry no current and are dropped.</summary>
    public static WeightedGraph Sample(WeightedGraph graph, RandomStream random, SparsifierOptions? options = null)
    {
        options = (options ?? new SparsifierOptions()).Validated();
        ArgumentNullException.ThrowIfNull(random);
        var kept = new List<WeightedEdge>();
        foreach (var (edge, p) in Chances(graph, options))
        {
            var keep = random.NextDouble() < p;
            if (options.DrawTwice)
                keep |= random.NextDouble() < p;
            if (keep && edge.Weight / p > options.MinimumWeight)
                kept.Add(edge with { Weight = edge.Weight / p });
        }

        return WeightedGraph.FromEdges(graph.NodeCount, kept);
    }

    /// <summary>Draws a sparser bipartite matrix: rows and columns are the nodes, entries the weights.</summary>
    /// <param name="weights">(rows, columns), finite and not negative.</param>
    /// <param name="random">Of the draws.</param>
    /// <param name="options">None = as published.</param>
    /// <returns>(rows, columns).</returns>
    public static double[,] Sample(double[,] weights, RandomStream random, SparsifierOptions? options = null)
    {
        var (rows, columns) = (weights.GetLength(0), weights.GetLength(1));
        var sampled = new double[rows, columns];
        foreach (var (row, column, weight) in Sample(Bipartite(weights), random, options).Edges())
            sampled[row, column - rows] = weight;
        return sampled;
    }

    /// <summary>The graph of a bipartite weight matrix: nodes 0 … rows − 1 are its rows, the following ones its columns.</summary>
    public static WeightedGraph Bipartite(double[,] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var (rows, columns) = (weights.GetLength(0), weights.GetLength(1));
        IEnumerable<WeightedEdge> Edges()
        {
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < columns; j++)
                    yield return new WeightedEdge(i, rows + j, weights[i, j]);
            }
        }

        return WeightedGraph.FromEdges(rows + columns, Edges());
    }
}
