namespace MlNetLlm.Communities;

/// <summary>Sets that only ever merge (union-find with path halving).</summary>
internal sealed class DisjointSets
{
    private readonly int[] _parent;

    public DisjointSets(int count) => _parent = [.. Enumerable.Range(0, count)];

    /// <summary>The representative of an element's set.</summary>
    public int Find(int element)
    {
        while (_parent[element] != element)
            element = _parent[element] = _parent[_parent[element]];
        return element;
    }

    /// <summary>Merges two sets and returns the representative: that of the second.</summary>
    public int Union(int first, int second) => _parent[Find(first)] = Find(second);
}
