namespace MlNetLlm.Tokenization;

/// <summary>A binary heap of numbers, smallest first.</summary>
internal sealed class KeyHeap
{
    private readonly List<ulong> _keys;

    /// <summary>Takes the list over and orders it as a heap, in linear time.</summary>
    public KeyHeap(List<ulong> keys)
    {
        _keys = keys;
        for (var i = keys.Count / 2 - 1; i >= 0; i--)
            SiftDown(i);
    }

    public void Push(ulong key)
    {
        var at = _keys.Count;
        _keys.Add(key);
        for (var parent = (at - 1) / 2; at > 0 && _keys[parent] > key; at = parent, parent = (at - 1) / 2)
            _keys[at] = _keys[parent];
        _keys[at] = key;
    }

    public bool TryPop(out ulong key)
    {
        if (_keys.Count == 0)
        {
            key = 0;
            return false;
        }
        key = _keys[0];
        _keys[0] = _keys[^1];
        _keys.RemoveAt(_keys.Count - 1);
        if (_keys.Count > 0)
            SiftDown(0);
        return true;
    }

    private void SiftDown(int at)
    {
        var key = _keys[at];
        for (var child = 2 * at + 1; child < _keys.Count; child = 2 * at + 1)
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
