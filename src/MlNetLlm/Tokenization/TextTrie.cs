namespace MlNetLlm.Tokenization;

/// <summary>Texts with ids, to be found at any place of a longer text: a tree with one character a step.</summary>
internal sealed class TextTrie
{
    public const int Root = 0;

    private readonly List<char> _labels = [];                   // node -> its last character; the children of a node stand together, sorted
    private readonly List<int> _firstChild = [];
    private readonly List<int> _childCount = [];
    private readonly List<int> _ids = [];                       // node -> id of the text that ends here, or -1

    /// <param name="texts">Texts, none of them empty; of equal ones the first counts.</param>
    public TextTrie(IEnumerable<(string Text, int Id)> texts)
    {
        var sorted = texts.OrderBy(t => t.Text, StringComparer.Ordinal).ToArray();
        var ranges = new Queue<(int Node, int From, int To, int Depth)>();
        AddNode('\0');
        ranges.Enqueue((Root, 0, sorted.Length, 0));
        while (ranges.TryDequeue(out var range))
            AddChildren(sorted, range.Node, range.From, range.To, range.Depth, ranges);
    }

    /// <summary>The pieces of some kinds as a tree, or null when there are none.</summary>
    public static TextTrie? Of(IReadOnlyList<ScoredPiece> pieces, Func<PieceKind, bool> isWanted)
    {
        var wanted = pieces.Select((piece, id) => (piece.Text, id, piece.Kind)).Where(p => isWanted(p.Kind)).ToArray();
        return wanted.Length == 0 ? null : new TextTrie(wanted.Select(p => (p.Text, p.id)));
    }

    /// <summary>Goes from a node one character on; false where no text goes on like this.</summary>
    public bool TryStep(ref int node, char character)
    {
        var (low, high) = (_firstChild[node], _firstChild[node] + _childCount[node] - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_labels[middle] == character)
            {
                node = middle;
                return true;
            }
            if (_labels[middle] < character)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return false;
    }

    /// <summary>The id of the text that ends at a node, or -1.</summary>
    public int Id(int node) => _ids[node];

    /// <summary>The longest text that stands at the start of <paramref name="text"/>: its length, 0 for none.</summary>
    public int LongestPrefix(ReadOnlySpan<char> text, out int id)
    {
        var (node, length) = (Root, 0);
        id = -1;
        for (var i = 0; i < text.Length && TryStep(ref node, text[i]); i++)
            if (_ids[node] >= 0)
                (length, id) = (i + 1, _ids[node]);
        return length;
    }

    /// <summary>The first place where one of the texts stands, and there the longest of them; null for none.</summary>
    public (int Start, int Length, int Id)? Find(ReadOnlySpan<char> text)
    {
        for (var start = 0; start < text.Length; start++)
            if (LongestPrefix(text[start..], out var id) is > 0 and var length)
                return (start, length, id);
        return null;
    }

    private void AddChildren(
        (string Text, int Id)[] sorted, int node, int from, int to, int depth, Queue<(int Node, int From, int To, int Depth)> ranges)
    {
        if (from < to && sorted[from].Text.Length == depth)
            _ids[node] = sorted[from].Id;
        while (from < to && sorted[from].Text.Length == depth)
            from++;
        _firstChild[node] = _labels.Count;
        while (from < to)
        {
            var end = from + 1;
            while (end < to && sorted[end].Text[depth] == sorted[from].Text[depth])
                end++;
            ranges.Enqueue((AddNode(sorted[from].Text[depth]), from, end, depth + 1));
            _childCount[node]++;
            from = end;
        }
    }

    private int AddNode(char label)
    {
        _labels.Add(label);
        _firstChild.Add(0);
        _childCount.Add(0);
        _ids.Add(-1);
        return _labels.Count - 1;
    }
}
