namespace MlNetLlm.Tokenization;

/// <summary>Places to merge, the lowest priority number first, of equals the leftmost.</summary>
/// <remarks>
/// Places of one priority nearly always arrive from left to right: they stand in one list for each priority, and only the few that arrive
/// late go through a heap. A long run of one letter, where a heap of all places is slowest, so takes linear time.
/// </remarks>
internal sealed class MergeQueue
{
    private const int None = -1;

    private readonly List<(int Position, int Next)> _places = [];
    private readonly List<PlaceList> _lists = [];
    private readonly Dictionary<int, int> _listOf = [];        // priority -> index of its list
    private readonly KeyHeap _waiting = new();                 // priority and index of each list that is not empty
    private readonly KeyHeap _late = new();                    // priority and position
    private (int Priority, int Index) _lastList = (None, None);

    public void Push(int priority, int position)
    {
        var index = ListOf(priority);
        var list = _lists[index];
        if (list.First != None && position < _places[list.Last].Position)
        {
            _late.Push(Key(priority, position));
            return;
        }
        _places.Add((position, None));
        if (list.First == None)
        {
            list.First = _places.Count - 1;
            _waiting.Push(Key(priority, index));
        }
        else
            _places[list.Last] = (_places[list.Last].Position, _places.Count - 1);
        list.Last = _places.Count - 1;
        _lists[index] = list;
    }

    public bool TryPop(out int priority, out int position)
    {
        var late = _late.Smallest;
        if (_waiting.Smallest == KeyHeap.Empty && late == KeyHeap.Empty)
        {
            (priority, position) = (None, None);
            return false;
        }
        var next = _waiting.Smallest == KeyHeap.Empty ? KeyHeap.Empty
            : Key((int)(_waiting.Smallest >> 32), _places[_lists[(int)(uint)_waiting.Smallest].First].Position);
        if (late < next)
            _late.RemoveSmallest();
        else
            RemoveFirstOf((int)(uint)_waiting.Smallest);
        (priority, position) = ((int)(Math.Min(late, next) >> 32), (int)(uint)Math.Min(late, next));
        return true;
    }

    private void RemoveFirstOf(int index)
    {
        var list = _lists[index];
        list.First = _places[list.First].Next;
        _lists[index] = list;
        if (list.First == None)
            _waiting.RemoveSmallest();
    }

    private int ListOf(int priority)
    {
        if (_lastList.Priority == priority)
            return _lastList.Index;
        if (!_listOf.TryGetValue(priority, out var index))
        {
            _listOf.Add(priority, index = _lists.Count);
            _lists.Add(new PlaceList { First = None, Last = None });
        }
        _lastList = (priority, index);
        return index;
    }

    private static ulong Key(int priority, int position) => (ulong)(uint)priority << 32 | (uint)position;

    private struct PlaceList
    {
        public int First;
        public int Last;
    }
}
