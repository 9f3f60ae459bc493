using MlNetLlm.Persistence;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Data;

/// <summary>Whole sequences as batches, padded on the right to the longest of a batch, with their lengths where those differ.</summary>
/// <remarks>
/// Numbers drawn for batch k come from a stream of their own, a pure function of the seed and k: a resumed run draws them again, and
/// two runs of one seed see the same whatever else they do.
/// </remarks>
internal sealed class PaddedBatches : IBatchSource, IDisposable
{
    /// <summary>Makes of a stored sequence what the model sees and what it is to say; both come filled, the latter with Ignored.</summary>
    public delegate void Fill(RandomStream random, ReadOnlySpan<int> stored, Span<long> tokens, Span<long> targets);

    private readonly TokenStore _store;
    private readonly IReadOnlyList<StoredSequence> _sequences;
    private readonly Fill _fill;
    private readonly BatchOrder _order;
    private readonly SequenceLayout _layout;
    private readonly int _batchSize;
    private readonly long _seed;

    /// <summary>Takes sequences over.</summary>
    /// <param name="store">Their numbers; owned from now on.</param>
    /// <param name="sequences">Where they stand; those of an item follow each other.</param>
    /// <param name="fill">Makes a row of one.</param>
    /// <param name="layout">How they are stored and belong together.</param>
    /// <param name="options">Batch size in items, and seed.</param>
    public PaddedBatches(
        TokenStore store, IReadOnlyList<StoredSequence> sequences, Fill fill, SequenceLayout layout, TrainingOptions options)
    {
        (_store, _sequences, _fill, _layout) = (store, sequences, fill, layout);
        (_batchSize, _seed) = (options.BatchSize, options.Seed);
        Items = sequences.Count / layout.RowsPerItem;
        var uniform = sequences.All(sequence => sequence.Length == sequences[0].Length);
        _order = new BatchOrder(Items, _batchSize, _seed, uniform ? null : item => _sequences[item * layout.RowsPerItem].Length);
        Fingerprint = Identity.Sha256(
            $"{store.Sha256}/{sequences.Count}/{_batchSize}/{options.SequenceLength}/{_seed}/{layout.Identity()}");
    }

    /// <summary>How many items an epoch has.</summary>
    public int Items { get; }

    /// <inheritdoc/>
    public long Position { get; set; }

    /// <inheritdoc/>
    public double TokensPerBatch => _layout.CountedPerEpoch / Items * _batchSize;

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public TokenBatch Next()
    {
        var index = Position++;
        return Batch(_order.Batch(index), new RandomStream(_seed, $"{RandomStreams.Masking}/batch {index}"));
    }

    /// <summary>One epoch in the order of the data, for evaluation: the same numbers are drawn every time.</summary>
    /// <returns>Batches on the CPU, made on demand; the caller disposes of each.</returns>
    public IEnumerable<TokenBatch> InOrder()
    {
        var random = new RandomStream(_seed, $"{RandomStreams.Masking}/in order");
        for (var from = 0; from < Items; from += _batchSize)
            yield return Batch([.. Enumerable.Range(from, Math.Min(_batchSize, Items - from))], random);
    }

    /// <summary>Frees the tokens.</summary>
    public void Dispose() => _store.Dispose();

    private TokenBatch Batch(int[] items, RandomStream random)
    {
        StoredSequence[] rows =
            [.. items.SelectMany(item => Enumerable.Range(item * _layout.RowsPerItem, _layout.RowsPerItem)).Select(row => _sequences[row])];
        var time = rows.Max(row => row.Length);
        var (tokens, targets) = (new long[rows.Length * time], new long[rows.Length * time]);
        Array.Fill(tokens, _layout.Padding);
        Array.Fill(targets, TokenBatch.Ignored);
        var stored = new int[time * _layout.NumbersPerToken];
        for (var r = 0; r < rows.Length; r++)
        {
            var numbers = stored.AsSpan(0, rows[r].Length * _layout.NumbersPerToken);
            _store.Read(rows[r].Start, numbers);
            _fill(random, numbers, tokens.AsSpan(r * time, rows[r].Length), targets.AsSpan(r * time, rows[r].Length));
        }
        var batch = TokenBatch.Of(tokens, targets, rows.Length);
        return batch with
        {
            TokenCount = batch.TokenCount / _layout.RowsPerItem,
            Lengths = rows.All(row => row.Length == time) ? null : tensor(rows.Select(row => (long)row.Length).ToArray()),
        };
    }
}
