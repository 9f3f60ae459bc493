using System.Runtime.InteropServices;

namespace MlNetLlm.Communities;

/// <summary>
/// An assignment of every node to one community. Communities are numbered by first appearance, so two partitions are equal
/// exactly when they group the nodes alike, whatever the labels they were made from.
/// </summary>
public sealed class Partition : IEquatable<Partition>
{
    private readonly int[] _labels;

    /// <summary>Reads one label per node; equal labels make a community, their values mean nothing.</summary>
    public Partition(ReadOnlySpan<int> labels)
    {
        _labels = new int[labels.Length];
        var numbers = new Dictionary<int, int>();
        for (var node = 0; node < labels.Length; node++)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, labels[node], out var known);
            if (!known)
                number = numbers.Count - 1;
            _labels[node] = number;
        }

        Count = numbers.Count;
    }

    /// <summary>Number of communities.</summary>
    public int Count { get; }

    /// <summary>Number of nodes.</summary>
    public int NodeCount => _labels.Length;

    /// <summary>The community of a node, from 0.</summary>
    public int this[int node] => _labels[node];

    /// <summary>The community of every node, from 0.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>Reads one label of any kind per node.</summary>
    public static Partition Of<T>(IEnumerable<T> labels) where T : notnull
    {
        var numbers = new Dictionary<T, int>();
        var compact = new List<int>();
        foreach (var label in labels)
        {
            numbers.TryAdd(label, numbers.Count);
            compact.Add(numbers[label]);
        }

        return new Partition(CollectionsMarshal.AsSpan(compact));
    }

    /// <summary>Reads the members of every community.</summary>
    /// <exception cref="ArgumentException">A node outside 0 … nodeCount − 1, in two groups or in none.</exception>
    public static Partition FromGroups(int nodeCount, IEnumerable<IEnumerable<int>> groups)
    {
        var labels = new int[nodeCount];
        Array.Fill(labels, -1);
        var number = 0;
        foreach (var group in groups)
        {
            foreach (var node in group)
            {
                if ((uint)node >= (uint)nodeCount)
                    throw new ArgumentException($"Node {node} is outside 0 … {nodeCount - 1}.", nameof(groups));
                if (labels[node] >= 0)
                    throw new ArgumentException($"Node {node} stands in two groups; a partition puts every node into one.", nameof(groups));
                labels[node] = number;
            }

            number++;
        }

        var missing = Array.IndexOf(labels, -1);
        return missing < 0
            ? new Partition(labels)
            : throw new ArgumentException($"Node {missing} stands in no group; a partition puts every node into one.", nameof(groups));
    }

    /// <summary>Every node a community of its own.</summary>
    public static Partition Singletons(int nodeCount) => Of(Enumerable.Range(0, nodeCount));

    /// <summary>All nodes in one community.</summary>
    public static Partition Whole(int nodeCount) => new(new int[nodeCount]);

    /// <summary>Number of nodes of every community.</summary>
    public int[] Sizes()
    {
        var sizes = new int[Count];
        foreach (var label in _labels)
            sizes[label]++;
        return sizes;
    }

    /// <summary>The members of every community, in rising order.</summary>
    public int[][] Groups()
    {
        var groups = Array.ConvertAll(Sizes(), size => new int[size]);
        var next = new int[Count];
        for (var node = 0; node < _labels.Length; node++)
            groups[_labels[node]][next[_labels[node]]++] = node;
        return groups;
    }

    /// <inheritdoc/>
    public bool Equals(Partition? other) => other is not null && _labels.AsSpan().SequenceEqual(other._labels);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Partition);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(_labels.AsSpan()));
        return hash.ToHashCode();
    }

    /// <summary>The communities as lists of nodes, for messages and logs.</summary>
    public override string ToString() => string.Join(" ", Groups().Select(group => "{" + string.Join(",", group) + "}"));

    internal static void CheckFits(Partition partition, int nodeCount, string what = "graph")
    {
        ArgumentNullException.ThrowIfNull(partition);
        if (partition.NodeCount != nodeCount)
            throw new ArgumentException($"The partition covers {partition.NodeCount} nodes, the {what} has {nodeCount}.");
    }
}
