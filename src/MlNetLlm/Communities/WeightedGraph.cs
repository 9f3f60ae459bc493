namespace MlNetLlm.Communities;

/// <summary>
/// An undirected graph with positive weights on flat arrays: the neighbours of a node and the weights to them stand side by side.
/// </summary>
/// <remarks>
/// Self-loops stand apart from the neighbours. Their convention, everywhere in this folder, is that of networkx: a loop of weight w
/// enters the total weight m once, and the degree and strength of its node twice, so that the strengths sum to 2m.
/// A graph never changes; the methods that alter one return a new one.
/// </remarks>
public sealed class WeightedGraph
{
    private readonly int[] _offsets;         // (nodes + 1): where a node's neighbours start
    private readonly int[] _neighbours;      // (2 · edges without loops)
    private readonly double[] _weights;      // the same
    private readonly double[] _loops;        // (nodes): weight of the self-loop, 0 = none
    private readonly double[] _strengths;    // (nodes): sum of weights + 2 · loop

    internal WeightedGraph(int[] offsets, int[] neighbours, double[] weights, double[] loops)
    {
        (_offsets, _neighbours, _weights, _loops) = (offsets, neighbours, weights, loops);
        _strengths = new double[loops.Length];
        var (total, loopCount) = (0.0, 0);
        for (var node = 0; node < loops.Length; node++)
        {
            var strength = 2 * loops[node];
            for (var i = offsets[node]; i < offsets[node + 1]; i++)
                strength += weights[i];
            _strengths[node] = strength;
            total += strength;
            loopCount += loops[node] > 0 ? 1 : 0;
        }

        if (!double.IsFinite(total))
            throw new ArgumentException("The weights of the graph sum to infinity. Divide all by one factor: communities do not change.");
        TotalWeight = total / 2;
        LoopCount = loopCount;
    }

    /// <summary>Number of nodes; they are numbered from 0.</summary>
    public int NodeCount => _loops.Length;

    /// <summary>Number of edges, self-loops included.</summary>
    public int EdgeCount => _neighbours.Length / 2 + LoopCount;

    /// <summary>Number of self-loops.</summary>
    public int LoopCount { get; }

    /// <summary>Sum of the weights of all edges, every self-loop once: m in the modularity formula.</summary>
    public double TotalWeight { get; }

    /// <summary>Builds a graph from edges in any order; weights of repeated edges add up.</summary>
    /// <param name="nodeCount">Number of nodes, isolated ones included.</param>
    /// <param name="edges">Each undirected edge once, or in parts that add up.</param>
    /// <exception cref="ArgumentException">A node outside 0 … nodeCount − 1, or a weight that is negative or not finite.</exception>
    public static WeightedGraph FromEdges(int nodeCount, IEnumerable<WeightedEdge> edges) => GraphBuilder.Build(nodeCount, edges);

    /// <summary>Builds a graph from a symmetric matrix; the diagonal holds the weights of the self-loops.</summary>
    /// <param name="weights">(nodes, nodes), not negative; entries of 0 are no edges.</param>
    /// <exception cref="ArgumentException">Not square, not symmetric, negative or not finite.</exception>
    public static WeightedGraph FromDense(double[,] weights) => GraphBuilder.Build(weights);

    /// <summary>The nodes joined to a node by an edge, in rising order, without the node itself.</summary>
    public ReadOnlySpan<int> Neighbours(int node) => _neighbours.AsSpan(_offsets[node], _offsets[node + 1] - _offsets[node]);

    /// <summary>The weights to <see cref="Neighbours"/>, in the same order.</summary>
    public ReadOnlySpan<double> Weights(int node) => _weights.AsSpan(_offsets[node], _offsets[node + 1] - _offsets[node]);

    /// <summary>The weight of the node's self-loop; 0 when it has none.</summary>
    public double Loop(int node) => _loops[node];

    /// <summary>Number of edge ends at the node: a self-loop counts twice.</summary>
    public int Degree(int node) => _offsets[node + 1] - _offsets[node] + (_loops[node] > 0 ? 2 : 0);

    /// <summary>Sum of the weights of the edge ends at the node: a self-loop counts twice.</summary>
    public double Strength(int node) => _strengths[node];

    /// <summary>The weight of the edge between two nodes, the self-loop's when they are equal; 0 when there is none.</summary>
    public double Weight(int source, int target)
    {
        if (source == target)
            return _loops[source];
        var position = Neighbours(source).BinarySearch(target);
        return position < 0 ? 0 : Weights(source)[position];
    }

    /// <summary>Every edge once, with <c>Source ≤ Target</c>, in rising order of both.</summary>
    public IEnumerable<WeightedEdge> Edges()
    {
        for (var node = 0; node < NodeCount; node++)
        {
            if (_loops[node] > 0)
                yield return new WeightedEdge(node, node, _loops[node]);
            for (var i = _offsets[node]; i < _offsets[node + 1]; i++)
            {
                if (_neighbours[i] > node)
                    yield return new WeightedEdge(node, _neighbours[i], _weights[i]);
            }
        }
    }

    /// <summary>The same graph without its self-loops.</summary>
    public WeightedGraph WithoutLoops() => LoopCount == 0 ? this : new(_offsets, _neighbours, _weights, new double[NodeCount]);

    /// <summary>The symmetric weight matrix, self-loop weights on the diagonal: what <see cref="FromDense"/> reads.</summary>
    public double[,] ToDense()
    {
        var dense = new double[NodeCount, NodeCount];
        foreach (var (source, target, weight) in Edges())
            dense[source, target] = dense[target, source] = weight;
        return dense;
    }

    /// <summary>The connected component of every node, numbered from 0 by their lowest node.</summary>
    public Partition Components()
    {
        var component = new int[NodeCount];
        Array.Fill(component, -1);
        var (stack, count) = (new Stack<int>(), 0);
        for (var start = 0; start < NodeCount; start++)
        {
            if (component[start] >= 0)
                continue;
            component[start] = count;
            stack.Push(start);
            while (stack.TryPop(out var node))
            {
                foreach (var neighbour in Neighbours(node))
                {
                    if (component[neighbour] >= 0)
                        continue;
                    component[neighbour] = count;
                    stack.Push(neighbour);
                }
            }

            count++;
        }

        return new Partition(component);
    }
}
