namespace MlNetLlm.Communities;

/// <summary>How two partitions of the same nodes overlap: only the cells that hold nodes.</summary>
internal sealed class Contingency
{
    /// <summary>A full table is used up to this many cells, or a few per node; above, the cells are sorted out.</summary>
    private const long SmallTable = 1 << 16;

    public Contingency(Partition first, Partition second)
    {
        ArgumentNullException.ThrowIfNull(first);
        Partition.CheckFits(second, first.NodeCount, "other partition");
        (FirstSizes, SecondSizes, NodeCount) = (first.Sizes(), second.Sizes(), first.NodeCount);
        var cells = (long)first.Count * second.Count;
        Cells = cells <= Math.Max(SmallTable, 4L * NodeCount) ? FromTable(first, second, (int)cells) : FromSort(first, second);
    }

    public int NodeCount { get; }

    public int[] FirstSizes { get; }

    public int[] SecondSizes { get; }

    /// <summary>Community of the first partition, of the second, and the number of nodes in both: above 0.</summary>
    public IReadOnlyList<(int First, int Second, int Count)> Cells { get; }

    private static List<(int, int, int)> FromTable(Partition first, Partition second, int size)
    {
        var table = new int[size];
        var (a, b) = (first.Labels.ToArray(), second.Labels.ToArray());
        for (var node = 0; node < a.Length; node++)
            table[a[node] * second.Count + b[node]]++;
        var cells = new List<(int, int, int)>();
        for (var i = 0; i < table.Length; i++)
        {
            if (table[i] > 0)
                cells.Add((i / second.Count, i % second.Count, table[i]));
        }

        return cells;
    }

    private static List<(int, int, int)> FromSort(Partition first, Partition second)
    {
        var keys = new long[first.NodeCount];
        for (var node = 0; node < keys.Length; node++)
            keys[node] = (long)first[node] * second.Count + second[node];
        Array.Sort(keys);
        var cells = new List<(int, int, int)>();
        for (var start = 0; start < keys.Length;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
                end++;
            cells.Add(((int)(keys[start] / second.Count), (int)(keys[start] % second.Count), end - start));
            start = end;
        }

        return cells;
    }
}
