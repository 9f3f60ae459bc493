using MlNetLlm.Training;

namespace MlNetLlm.Probes;

/// <summary>
/// A new random order of many rows for every epoch, in bounded memory and with few reads: the data is cut into runs of neighbouring rows;
/// runs come in random order and fill windows, within which rows come in random order. Rows that fit one window are shuffled perfectly.
/// </summary>
/// <param name="rows">How many rows there are; 1 or more.</param>
/// <param name="windowRows">Rows a window holds at most; <see cref="Run"/> or more.</param>
/// <param name="random">Draws the orders.</param>
internal sealed class RowOrder(long rows, int windowRows, RandomStream random)
{
    /// <summary>Rows of a run.</summary>
    public const int Run = 32;

    /// <summary>The windows of one epoch after another, without end.</summary>
    public IEnumerable<RowWindow> Windows()
    {
        while (true)
        {
            if (rows <= windowRows)
            {
                yield return Window([new RowRange(0, (int)rows)]);
                continue;
            }
            var runs = new int[(rows + Run - 1) / Run];
            for (var i = 0; i < runs.Length; i++) runs[i] = i;
            random.Shuffle<int>(runs);
            foreach (var window in runs.Chunk(windowRows / Run))
                yield return Window([.. window.Select(run => new RowRange((long)run * Run, (int)Math.Min(Run, rows - (long)run * Run)))]);
        }
    }

    private RowWindow Window(IReadOnlyList<RowRange> ranges)
    {
        var order = new int[ranges.Sum(range => range.Count)];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        random.Shuffle<int>(order);
        return new RowWindow(ranges, order);
    }
}

/// <summary>Neighbouring rows.</summary>
/// <param name="First">The first one's number.</param>
/// <param name="Count">How many.</param>
internal readonly record struct RowRange(long First, int Count);

/// <summary>Rows that are in memory together.</summary>
/// <param name="Ranges">Which, in the order they are read.</param>
/// <param name="Order">In which order they come: numbers of rows as read, from 0.</param>
internal sealed record RowWindow(IReadOnlyList<RowRange> Ranges, int[] Order);
