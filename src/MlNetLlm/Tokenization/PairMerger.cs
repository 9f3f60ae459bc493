using System.Buffers;

namespace MlNetLlm.Tokenization;

/// <summary>
/// Byte-pair merging: while any two neighbours merge, merge those with the lowest priority number, the leftmost of equals.
/// </summary>
/// <remarks>
/// Sennrich, Haddow, Birch 2016, section 3.2. Short words look for the best pair by going through all of them; long ones keep the pairs
/// in a <see cref="MergeQueue"/> over a linked list, so that a text without any boundary still costs n log n.
/// </remarks>
internal static class PairMerger
{
    private const int ShortWord = 40;
    private const int None = -1;

    /// <summary>Merges in place and gives the number of symbols left at the front of <paramref name="symbols"/>.</summary>
    /// <param name="symbols">The symbols, left to right.</param>
    /// <param name="ends">Beside each symbol, where it ends in the text; moves along.</param>
    /// <param name="table">The merges.</param>
    public static int Merge(Span<int> symbols, Span<int> ends, MergeTable table)
        => symbols.Length < 2 ? symbols.Length
            : symbols.Length <= ShortWord ? MergeShort(symbols, ends, table)
            : MergeLong(symbols, ends, table);

    private static int MergeShort(Span<int> symbols, Span<int> ends, MergeTable table)
    {
        Span<int> priorities = stackalloc int[ShortWord];      // of the pair that starts at each symbol
        var count = symbols.Length;
        for (var i = 0; i < count - 1; i++)
            priorities[i] = Priority(symbols, i, table);
        while (true)
        {
            var best = IndexOfMinimum(priorities[..(count - 1)]);
            if (best == None)
                return count;
            table.TryGet(symbols[best], symbols[best + 1], out var merge);
            symbols[best] = merge.Symbol;
            ends[best] = ends[best + 1];
            RemoveAt(symbols[..count], best + 1);
            RemoveAt(ends[..count], best + 1);
            RemoveAt(priorities[..(count - 1)], best);
            count--;
            if (best > 0)
                priorities[best - 1] = Priority(symbols, best - 1, table);
            if (best < count - 1)
                priorities[best] = Priority(symbols, best, table);
        }
    }

    private static int Priority(Span<int> symbols, int left, MergeTable table)
        => table.TryGet(symbols[left], symbols[left + 1], out var merge) ? merge.Priority : int.MaxValue;

    private static int IndexOfMinimum(Span<int> priorities)
    {
        var (best, at) = (int.MaxValue, None);
        for (var i = 0; i < priorities.Length; i++)
            if (priorities[i] < best)
                (best, at) = (priorities[i], i);
        return at;
    }

    private static void RemoveAt(Span<int> values, int index) => values[(index + 1)..].CopyTo(values[index..]);

    private static int MergeLong(Span<int> symbols, Span<int> ends, MergeTable table)
    {
        var rented = ArrayPool<int>.Shared.Rent(symbols.Length * 2);
        try
        {
            var next = rented.AsSpan(0, symbols.Length);
            var previous = rented.AsSpan(symbols.Length, symbols.Length);
            MergeLinked(symbols, ends, next, previous, table);
            return Compact(symbols, ends, next);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private static void MergeLinked(Span<int> symbols, Span<int> ends, Span<int> next, Span<int> previous, MergeTable table)
    {
        var queue = new MergeQueue();
        for (var i = 0; i < symbols.Length; i++)
        {
            next[i] = i + 1 < symbols.Length ? i + 1 : None;
            previous[i] = i - 1;
            if (next[i] != None && table.TryGet(symbols[i], symbols[i + 1], out var merge))
                queue.Push(merge.Priority, i);
        }
        while (queue.TryPop(out var priority, out var left))
        {
            var right = next[left];                             // None too where the symbol itself was merged away
            if (right == None || !table.TryGet(symbols[left], symbols[right], out var merge) || merge.Priority != priority)
                continue;                                       // the pair has changed since it was queued
            symbols[left] = merge.Symbol;
            ends[left] = ends[right];
            next[left] = next[right];
            if (next[right] != None)
                previous[next[right]] = left;
            next[right] = None;
            if (previous[left] != None && table.TryGet(symbols[previous[left]], symbols[left], out var before))
                queue.Push(before.Priority, previous[left]);
            if (next[left] != None && table.TryGet(symbols[left], symbols[next[left]], out var after))
                queue.Push(after.Priority, left);
        }
    }

    private static int Compact(Span<int> symbols, Span<int> ends, Span<int> next)
    {
        var count = 0;
        for (var i = 0; i != None; i = next[i], count++)
            (symbols[count], ends[count]) = (symbols[i], ends[i]);
        return count;
    }
}
