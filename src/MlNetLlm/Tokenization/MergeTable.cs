namespace MlNetLlm.Tokenization;

/// <summary>Which two neighbouring symbols merge into which one, and which merges go first (the lowest priority number).</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<(int Left, int Right), Merge> _merges = [];

    public int Count => _merges.Count;

    public void EnsureCapacity(int merges) => _merges.EnsureCapacity(merges);

    /// <summary>Adds a merge; the first one of a pair counts. False: the pair was there already.</summary>
    public bool TryAdd(int left, int right, int priority, int merged) => _merges.TryAdd((left, right), new Merge(priority, merged));

    public bool TryGet(int left, int right, out Merge merge) => _merges.TryGetValue((left, right), out merge);

    public readonly record struct Merge(int Priority, int Symbol);
}
