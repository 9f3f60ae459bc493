using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.Probes;
using MlNetLlm.Training;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// Hidden states in random order, epoch after epoch. A batch's tokens are the states' NUMBERS in their store, (1, states); who computes
/// with them reads the states there.
/// </summary>
/// <param name="rows">The hidden states.</param>
/// <param name="options">Batch size, seed, and how many are shuffled together.</param>
internal sealed class StateBatches(StateRows rows, SparseAutoencoderRun options) : IBatchSource, IDisposable
{
    private readonly int _batchSize = (int)Math.Min(options.BatchSize, rows.Count);

    private IEnumerator<long>? _numbers;
    private long _drawn;

    /// <inheritdoc/>
    public long Position { get; set; }

    /// <inheritdoc/>
    public double TokensPerBatch => _batchSize;

    /// <inheritdoc/>
    public string Fingerprint { get; } = Identity.Sha256(
        $"{rows.Fingerprint}/{rows.Count}/{options.BatchSize}/{options.ShuffleRows}/{options.Seed}");

    /// <inheritdoc/>
    public TokenBatch Next()
    {
        var first = Position++ * _batchSize;
        if (_numbers is null || _drawn > first)
        {
            _numbers?.Dispose();
            (_numbers, _drawn) = (Numbers().GetEnumerator(), 0);
        }
        for (; _drawn < first; _drawn++) _numbers.MoveNext();
        var batch = new long[_batchSize];
        for (var i = 0; i < batch.Length; i++, _drawn++)
        {
            _numbers.MoveNext();
            batch[i] = _numbers.Current;
        }
        return TokenBatch.Of(batch, batch, rows: 1);
    }

    public void Dispose() => _numbers?.Dispose();

    private IEnumerable<long> Numbers()
    {
        var order = new RowOrder(rows.Count, options.ShuffleRows, new RandomStream(options.Seed, RandomStreams.DataOrder));
        foreach (var window in order.Windows())
        {
            var numbers = window.Ranges.SelectMany(range => Enumerable.Range(0, range.Count).Select(i => range.First + i)).ToArray();
            foreach (var place in window.Order) yield return numbers[place];
        }
    }
}
