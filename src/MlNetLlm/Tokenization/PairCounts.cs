namespace MlNetLlm.Tokenization;

/// <summary>How often each pair of neighbouring symbols occurs in counted words, kept up to date while pairs merge.</summary>
/// <remarks>
/// Each pair knows the words it may be in, so that a merge touches those only. The most frequent pair comes from a heap whose entries may
/// be out of date: one that is too high is corrected when it comes up, and a pair that becomes more frequent is entered again.
/// </remarks>
internal sealed class PairCounts
{
    private const int Any = -1, None = -2;

    private readonly List<byte[]> _bytes;
    private readonly Word[] _words;
    private readonly Dictionary<(int Left, int Right), int> _indexes = [];
    private readonly List<Pair> _pairs = [];
    private readonly PriorityQueue<int, (long Count, int Pair)> _heap;
    private readonly List<int> _touched = [];

    /// <param name="words">The symbols of each word, to be merged in place, and how often it occurs.</param>
    /// <param name="bytes">What each symbol stands for; grows with the symbols.</param>
    public PairCounts(IEnumerable<(int[] Symbols, long Count)> words, List<byte[]> bytes)
    {
        _bytes = bytes;
        _words = [.. words.Select(word => new Word(word.Symbols, word.Count))];
        _heap = new PriorityQueue<int, (long Count, int Pair)>(Comparer<(long Count, int Pair)>.Create(MostFrequentFirst));
        for (var i = 0; i < _words.Length; i++)
            Count(i, +1, Any);
        EnterTouched();
    }

    /// <summary>
    /// The most frequent pair; of equally frequent ones the pair whose left bytes, then right bytes, are the greatest. False for none.
    /// </summary>
    public bool TryFindBest(out int left, out int right, out long count)
    {
        while (_heap.TryPeek(out var index, out var entry))
        {
            var pair = _pairs[index];
            if (pair.Count == entry.Count)
            {
                (left, right, count) = (pair.Left, pair.Right, pair.Count);
                return true;
            }
            _heap.Dequeue();
            if (pair.Count > 0 && pair.Count < entry.Count)
                _heap.Enqueue(index, (pair.Count, index));
        }
        (left, right, count) = (0, 0, 0);
        return false;
    }

    /// <summary>Replaces a pair by one symbol, in every word.</summary>
    public void Merge(int left, int right, int merged)
    {
        var pair = _pairs[_indexes[(left, right)]];
        var places = pair.Words;
        pair.Words = [];
        foreach (var word in places)
        {
            if (!Contains(_words[word].Symbols, left, right))
                continue;                                       // listed twice, or merged away since
            Count(word, -1, None);
            _words[word] = _words[word] with { Symbols = Replace(_words[word].Symbols, left, right, merged) };
            Count(word, +1, merged);                            // the other pairs know the word already
        }
        EnterTouched();
    }

    private static bool Contains(ReadOnlySpan<int> symbols, int left, int right)
    {
        for (var i = 0; i + 1 < symbols.Length; i++)
            if (symbols[i] == left && symbols[i + 1] == right)
                return true;
        return false;
    }

    private static int[] Replace(int[] symbols, int left, int right, int merged)
    {
        var count = 0;
        for (var i = 0; i < symbols.Length; i++)
        {
            var isPair = symbols[i] == left && i + 1 < symbols.Length && symbols[i + 1] == right;
            symbols[count++] = isPair ? merged : symbols[i];
            if (isPair)
                i++;
        }
        return symbols[..count];
    }

    /// <summary>Adds or takes away the pairs of a word; those with a certain symbol (or any) note that they are in it.</summary>
    private void Count(int word, int sign, int symbolOfNew)
    {
        var (symbols, count) = _words[word];
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            var pair = PairOf(symbols[i], symbols[i + 1]);
            if (!pair.IsTouched)
            {
                (pair.IsTouched, pair.Before) = (true, pair.Count);
                _touched.Add(pair.Index);
            }
            pair.Count += sign * count;
            if (symbolOfNew == Any || symbols[i] == symbolOfNew || symbols[i + 1] == symbolOfNew)
                pair.Words.Add(word);
        }
    }

    private Pair PairOf(int left, int right)
    {
        if (_indexes.TryGetValue((left, right), out var index))
            return _pairs[index];
        _indexes.Add((left, right), _pairs.Count);
        _pairs.Add(new Pair(_pairs.Count, left, right));
        return _pairs[^1];
    }

    private void EnterTouched()
    {
        foreach (var index in _touched)
        {
            var pair = _pairs[index];
            if (pair.Count > pair.Before)
                _heap.Enqueue(index, (pair.Count, index));
            pair.IsTouched = false;
        }
        _touched.Clear();
    }

    private int MostFrequentFirst((long Count, int Pair) a, (long Count, int Pair) b)
    {
        if (a.Count != b.Count)
            return b.Count.CompareTo(a.Count);
        var (first, second) = (_pairs[a.Pair], _pairs[b.Pair]);
        var left = _bytes[second.Left].AsSpan().SequenceCompareTo(_bytes[first.Left]);
        return left != 0 ? left : _bytes[second.Right].AsSpan().SequenceCompareTo(_bytes[first.Right]);
    }

    private readonly record struct Word(int[] Symbols, long Count);

    private sealed class Pair(int index, int left, int right)
    {
        public int Index => index;

        public int Left => left;

        public int Right => right;

        public long Count { get; set; }

        /// <summary>The count at the start of the current merge.</summary>
        public long Before { get; set; }

        public bool IsTouched { get; set; }

        /// <summary>The words it may be in; some may be listed twice or not hold it any more.</summary>
        public List<int> Words { get; set; } = [];
    }
}
