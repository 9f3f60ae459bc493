using MlNetLlm.Training;

namespace MlNetLlm.Data;

/// <summary>
/// Which sequences make batch k, as a pure function of the seed and k: nothing to replay after a resume, and no matter who asks ahead.
/// </summary>
/// <remarks>
/// Epochs follow each other without a gap, each in a random order of its own, and are cut into batches of full size. With sequences of
/// different lengths, groups of 16 batches are sorted by length first, so that a batch needs little padding, and then put in random order.
/// </remarks>
internal sealed class BatchOrder(int sequences, int batchSize, long seed, Func<int, int>? length)
{
    private const int BatchesPerGroup = 16;

    private readonly (long Epoch, int[] Order)[] _epochs = [(-1, []), (-1, [])];   // a batch touches two at most, unless tiny
    private (long Index, int[][] Batches) _group = (-1, []);

    /// <summary>The sequences of a batch.</summary>
    public int[] Batch(long index)
    {
        if (length is null)
            return Range(index * batchSize, batchSize);
        var group = index / BatchesPerGroup;
        if (_group.Index != group)
            _group = (group, Group(group));
        return _group.Batches[index % BatchesPerGroup];
    }

    private int[][] Group(long group)
    {
        var members = Range(group * BatchesPerGroup * batchSize, BatchesPerGroup * batchSize);
        var batches = members.OrderBy(length!).Chunk(batchSize).ToArray();   // a stable sort
        new RandomStream(seed, $"{RandomStreams.DataOrder}/group {group}").Shuffle<int[]>(batches);
        return batches;
    }

    private int[] Range(long from, int count)
    {
        var range = new int[count];
        for (var i = 0; i < count; i++)
            range[i] = Epoch((from + i) / sequences)[(from + i) % sequences];
        return range;
    }

    private int[] Epoch(long epoch)
    {
        ref var slot = ref _epochs[epoch % 2];
        if (slot.Epoch != epoch)
        {
            var order = Enumerable.Range(0, sequences).ToArray();
            new RandomStream(seed, $"{RandomStreams.DataOrder}/epoch {epoch}").Shuffle<int>(order);
            slot = (epoch, order);
        }
        return slot.Order;
    }
}
