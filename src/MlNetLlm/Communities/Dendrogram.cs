namespace MlNetLlm.Communities;

/// <summary>One merge of a hierarchical clustering.</summary>
/// <param name="First">The lower cluster number: objects are 0 … n − 1, the result of merge i is n + i.</param>
/// <param name="Second">The higher cluster number.</param>
/// <param name="Height">The distance at which the two merged.</param>
/// <param name="Size">Number of objects in the result.</param>
public readonly record struct DendrogramMerge(int First, int Second, double Height, int Size);

/// <summary>The merges of a hierarchical clustering by rising height, as SciPy's linkage matrix lists them.</summary>
public sealed class Dendrogram
{
    private readonly int _leaves;

    private Dendrogram(int leaves, DendrogramMerge[] merges) => (_leaves, Merges) = (leaves, merges);

    /// <summary>One merge less than there are objects.</summary>
    public IReadOnlyList<DendrogramMerge> Merges { get; }

    /// <summary>The partition into a given number of clusters: the last merges are left out.</summary>
    /// <param name="clusters">At least 1; above the number of objects every object stays alone.</param>
    public Partition Cut(int clusters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        return Apply(Math.Max(0, _leaves - clusters));
    }

    /// <summary>The partition in which exactly the merges up to a height are made.</summary>
    public Partition CutAt(double height) => Apply(Merges.Count(merge => merge.Height <= height));

    /// <summary>Sorts merges given by any object of each side, and numbers the clusters.</summary>
    internal static Dendrogram FromPairs(int leaves, IEnumerable<(int First, int Second, double Height)> pairs)
    {
        var roots = new DisjointSets(leaves);
        var (number, size) = (Enumerable.Range(0, leaves).ToArray(), new int[leaves]);
        Array.Fill(size, 1);
        var merges = new List<DendrogramMerge>();
        foreach (var (first, second, height) in pairs.OrderBy(pair => pair.Height))
        {
            var (a, b) = (roots.Find(first), roots.Find(second));
            var (low, high) = (Math.Min(number[a], number[b]), Math.Max(number[a], number[b]));
            var total = size[a] + size[b];
            merges.Add(new DendrogramMerge(low, high, height, total));
            var root = roots.Union(a, b);
            (number[root], size[root]) = (leaves + merges.Count - 1, total);
        }

        return new Dendrogram(leaves, [.. merges]);
    }

    private Partition Apply(int merges)
    {
        var roots = new DisjointSets(_leaves + merges);
        for (var i = 0; i < merges; i++)
        {
            roots.Union(Merges[i].First, _leaves + i);
            roots.Union(Merges[i].Second, _leaves + i);
        }

        return Partition.Of(Enumerable.Range(0, _leaves).Select(roots.Find));
    }
}
