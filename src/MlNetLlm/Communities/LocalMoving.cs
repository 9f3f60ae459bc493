using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>
/// The step that Louvain and Leiden share: nodes move, one after another, to the community that raises modularity most, until none gains.
/// A node is looked at again only when a neighbour has left its surroundings (Traag, Waltman and van Eck 2019, "fast local move").
/// </summary>
/// <remarks>
/// Moving node v of strength k into community c, from which it is absent, changes m·Q by  w(v,c) − γ k K_c / 2m,
/// w(v,c) the weight from v to c and K_c the strength of c. Only differences between communities matter, so m stays out of it.
/// Ties: stay, then the lowest community number. Isolation (an empty community) is always among the choices.
/// </remarks>
internal sealed class LocalMoving
{
    /// <summary>A gain below this share of the node's strength is rounding, not a gain: it could be undone for ever.</summary>
    private const double Negligible = 1e-11;

    private readonly WeightedGraph _graph;
    private readonly double _resolution;     // γ / 2m
    private readonly int[] _community;       // (nodes)
    private readonly double[] _total;        // (communities): K_c
    private readonly int[] _size;            // (communities): number of nodes
    private readonly Stack<int> _empty = new();
    private readonly double[] _weightTo;     // (communities): w(v,c) of the node at hand; all 0 between nodes
    private readonly int[] _touched;         // the communities where _weightTo is not 0

    /// <param name="graph">The graph, with some weight.</param>
    /// <param name="community">Start and, after <see cref="Run"/>, result: one number in 0 … nodes − 1 per node.</param>
    /// <param name="resolution">γ.</param>
    public LocalMoving(WeightedGraph graph, int[] community, double resolution)
    {
        var nodes = graph.NodeCount;
        (_graph, _community, _resolution) = (graph, community, resolution / (2 * graph.TotalWeight));
        (_total, _size) = (new double[nodes], new int[nodes]);
        (_weightTo, _touched) = (new double[nodes], new int[nodes]);
        for (var node = 0; node < nodes; node++)
        {
            _total[community[node]] += graph.Strength(node);
            _size[community[node]]++;
        }

        for (var c = nodes - 1; c >= 0; c--)
        {
            if (_size[c] == 0)
                _empty.Push(c);
        }
    }

    /// <summary>Moves nodes, in random order at first, until none gains.</summary>
    /// <returns>Whether any node moved.</returns>
    public bool Run(RandomStream random)
    {
        var nodes = _graph.NodeCount;
        var queue = new int[nodes];          // a ring: every node stands in it at most once
        var waiting = new bool[nodes];
        for (var node = 0; node < nodes; node++)
            queue[node] = node;
        random.Shuffle(queue.AsSpan());
        Array.Fill(waiting, true);

        var (head, count, moved) = (0, nodes, false);
        while (count > 0)
        {
            var node = queue[head];
            head = head + 1 == nodes ? 0 : head + 1;
            count--;
            waiting[node] = false;
            if (!Move(node))
                continue;

            moved = true;
            var community = _community[node];
            foreach (var neighbour in _graph.Neighbours(node))
            {
                if (waiting[neighbour] || _community[neighbour] == community)
                    continue;
                waiting[neighbour] = true;
                var tail = head + count++;
                queue[tail < nodes ? tail : tail - nodes] = neighbour;
            }
        }

        return moved;
    }

    /// <summary>Puts one node where it gains most; false when it stays.</summary>
    private bool Move(int node)
    {
        var touched = GatherWeights(node);
        var (home, strength) = (_community[node], _graph.Strength(node));
        var share = _resolution * strength;                              // γ k / 2m
        var margin = Negligible * strength;
        var least = _weightTo[home] - share * (_total[home] - strength) + margin;     // staying, and a little
        var (best, gain) = least < 0 && _size[home] > 1 ? (_empty.Peek(), 0) : (home, least);
        foreach (var c in touched)
        {
            var candidate = _weightTo[c] - share * _total[c];
            if (c == home || candidate <= least || candidate < gain - margin)
                continue;
            if (candidate > gain + margin || best == home || c < best)
                (best, gain) = (c, Math.Max(gain, candidate));
        }

        foreach (var c in touched)
            _weightTo[c] = 0;
        if (best == home)
            return false;
        Transfer(node, strength, home, best);
        return true;
    }

    /// <summary>Fills w(v,c) for the communities around the node and lists them.</summary>
    private ReadOnlySpan<int> GatherWeights(int node)
    {
        var neighbours = _graph.Neighbours(node);
        var weights = _graph.Weights(node);
        var (community, weightTo, count) = (_community, _weightTo, 0);
        for (var i = 0; i < neighbours.Length; i++)
        {
            var c = community[neighbours[i]];
            if (weightTo[c] == 0)
                _touched[count++] = c;
            weightTo[c] += weights[i];
        }

        return _touched.AsSpan(0, count);
    }

    private void Transfer(int node, double strength, int from, int to)
    {
        if (_size[to]++ == 0)
            _empty.Pop();
        if (--_size[from] == 0)
            _empty.Push(from);
        _total[to] += strength;
        _total[from] = _size[from] == 0 ? 0 : _total[from] - strength;
        _community[node] = to;
    }
}
