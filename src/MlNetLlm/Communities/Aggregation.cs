namespace MlNetLlm.Communities;

/// <summary>Folds a graph: every community becomes one node, the weight inside it a self-loop.</summary>
internal static class Aggregation
{
    /// <summary>Renumbers labels in 0 … length − 1 by first appearance, in place, and returns how many there are.</summary>
    public static int Compact(int[] labels)
    {
        var numbers = new int[labels.Length];        // 0 = not met yet, otherwise number + 1
        var count = 0;
        for (var node = 0; node < labels.Length; node++)
        {
            ref var number = ref numbers[labels[node]];
            if (number == 0)
                number = ++count;
            labels[node] = number - 1;
        }

        return count;
    }

    /// <summary>The graph of the communities: the total weight and the strengths stay what they were.</summary>
    /// <param name="graph">The graph to fold.</param>
    /// <param name="labels">(nodes): community numbers 0 … count − 1, each in use.</param>
    /// <param name="count">Number of communities.</param>
    public static WeightedGraph Fold(WeightedGraph graph, int[] labels, int count)
    {
        var (members, starts) = GroupByCommunity(labels, count);
        var (offsets, loops) = (new int[count + 1], new double[count]);
        var (weightTo, touched) = (new double[count], new int[count]);
        var (neighbours, weights) = (new List<int>(), new List<double>());
        for (var c = 0; c < count; c++)
        {
            var found = 0;
            for (var i = starts[c]; i < starts[c + 1]; i++)
            {
                var node = members[i];
                loops[c] += graph.Loop(node);
                var ends = graph.Neighbours(node);
                var endWeights = graph.Weights(node);
                for (var j = 0; j < ends.Length; j++)
                {
                    var other = labels[ends[j]];
                    if (weightTo[other] == 0)
                        touched[found++] = other;
                    weightTo[other] += endWeights[j];
                }
            }

            foreach (var other in touched.AsSpan(0, found))
            {
                if (other == c)
                    loops[c] += weightTo[c] / 2;         // met from both ends
                else
                {
                    neighbours.Add(other);
                    weights.Add(weightTo[other]);
                }

                weightTo[other] = 0;
            }

            offsets[c + 1] = neighbours.Count;
        }

        return new WeightedGraph(offsets, neighbours.ToArray(), weights.ToArray(), loops);
    }

    /// <summary>Counting sort: the members of community c stand at starts[c] … starts[c + 1] − 1.</summary>
    private static (int[] Members, int[] Starts) GroupByCommunity(int[] labels, int count)
    {
        var (members, starts) = (new int[labels.Length], new int[count + 1]);
        foreach (var label in labels)
            starts[label + 1]++;
        for (var c = 0; c < count; c++)
            starts[c + 1] += starts[c];
        var next = starts.AsSpan(0, count).ToArray();
        for (var node = 0; node < labels.Length; node++)
            members[next[labels[node]]++] = node;
        return (members, starts);
    }
}
