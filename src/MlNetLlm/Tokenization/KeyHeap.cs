namespace MlNetLlm.Tokenization;

/// <summary>A binary heap of numbers, smallest first.</summary>
internal sealed class KeyHeap
{
    /// <summary>What <see cref="Smallest"/> is when there is nothing; above every number that may be pushed.</summary>
    public const ulong Empty = ulong.MaxValue;

    private readonly List<ulong> _keys = [];

    public ulong Smallest => _keys.Count == 0 ? Empty : _keys[0];

    public void Push(ulong key)
    {
        var at = _keys.Count;
        _keys.Add(key);
        for (var parent = (at - 1) / 2; at > 0 && _keys[parent] > key; at = parent, parent = (at - 1) / 2)
            _keys[at] = _keys[parent];
        _keys[at] = key;
    }

    public void RemoveSmallest()
    {
        var key = _keys[^1];
        _keys.RemoveAt(_keys.Count - 1);
        if (_keys.Count == 0)
            return;
        var at = 0;
        for (var child = 1; child < _keys.Count; child = 2 * at + 1)
        {
            if (child + 1 < _keys.Count && _keys[child + 1] < _keys[child])
                child++;
            if (_keys[child] >= key)
                break;
            _keys[at] = _keys[child];
            at = child;
        }
        _keys[at] = key;
    }
}
