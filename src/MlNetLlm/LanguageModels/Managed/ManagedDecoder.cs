using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace MlNetLlm.LanguageModels.Managed;

/// <summary>
/// Decodes without libtorch: the model's formula in vector instructions over its weights in place. A token costs no allocation and none of
/// the hundreds of operator calls of a pass, which is what small models spend their time on. Prompts run in chunks of rows as batches do.
/// </summary>
internal sealed unsafe class ManagedDecoder : IDecoder
{
    // Rows of one pass over the weights. More save memory traffic no further, fewer repeat it.
    private const int Chunk = 32;

    // Multiplications a step. Measured on one thread, where this decoder is still 1.5 times as fast (tests/Benchmarks, decode8-wide).
    private const long LargestStep = 250_000_000;

    private readonly TransformerModel _model;
    private readonly TransformerConfig _config;
    private readonly DecoderWeights _weights;
    private readonly DecoderRoom? _ownRoom;
    private readonly DecoderCache _cache;
    private readonly DecoderAttention _attention;
    private readonly FloatMemory _x, _normed, _query, _key, _value, _mixed, _gate, _up, _logits;
    private readonly (int Row, int Position)[] _rows;
    private readonly int[] _streams;
    private readonly int[] _lengths;
    private int _active;

    /// <param name="model">A model that <see cref="Covers"/> accepts.</param>
    /// <param name="streams">Rows.</param>
    /// <param name="capacity">Most tokens a row.</param>
    /// <param name="room">Where keys and values are kept; null = in room of its own.</param>
    internal ManagedDecoder(TransformerModel model, int streams, int capacity, DecoderRoom? room = null)
    {
        (_model, _config, _active) = (model, model.Config, streams);
        _weights = new DecoderWeights(model);
        _ownRoom = room is null ? new DecoderRoom() : null;
        _cache = (room ?? _ownRoom!).Take(_config, streams, capacity);
        _attention = new DecoderAttention(_config, capacity) { Cache = _cache };
        (_streams, _lengths) = ([.. Enumerable.Range(0, streams)], new int[streams]);
        _rows = new (int, int)[Chunk];
        var (queries, keys) = (_config.Heads * _config.HeadWidth, _config.KeyValueHeads * _config.HeadWidth);
        (_x, _normed) = (new FloatMemory(Chunk, _config.Width), new FloatMemory(Chunk, _config.Width));
        (_query, _mixed) = (new FloatMemory(Chunk, queries), new FloatMemory(Chunk, queries));
        (_key, _value) = (new FloatMemory(Chunk, keys), new FloatMemory(Chunk, keys));
        (_gate, _up) = (new FloatMemory(Chunk, _config.FeedForwardWidth), new FloatMemory(Chunk, _config.FeedForwardWidth));
        _logits = new FloatMemory(1, checked(streams * _config.VocabularySize));
    }

    /// <summary>
    /// Whether this decoder is the faster one. A libtorch step costs its operator calls, some hundreds whatever the size, and
    /// its matrix products, which use all threads where this decoder uses one.
    /// </summary>
    internal static bool Pays(TransformerModel model, int rows) =>
        model.Projections.Sum(p => (long)p.InputWidth * p.OutputWidth) * rows * torch.get_num_threads() <= LargestStep;

    /// <summary>Whether this decoder computes what the model does: it knows the formula and can read the weights in place.</summary>
    internal static bool Covers(TransformerModel model)
    {
        var config = model.Config;
        return config is { Causal: true, PostNorm: false, EmbeddingNorm: false, HeadTransform: false, TokenTypes: 0 }
            && config is { Uniform: true, Insertion: null }
            && config.FeedForward is FeedForwardKind.SwiGlu or FeedForwardKind.GeluTanh
            && model.Projections.All(projection => projection.Adapter is null)
            && model.parameters().All(DecoderWeights.IsReadable);
    }

    /// <inheritdoc/>
    public int Length(int row) => _lengths[row];

    /// <inheritdoc/>
    public ReadOnlySpan<float> Begin(IReadOnlyList<IReadOnlyList<int>> prompts, TokenFeatures? features = null)
    {
        var count = 0;
        for (var row = 0; row < prompts.Count; row++)
            for (var t = 0; t < prompts[row].Count; t++)
                count = Add(row, prompts[row][t], count, features is null ? [] : features.At(row, t));
        Run(count);
        return Logits;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens)
    {
        var count = 0;
        for (var row = 0; row < tokens.Length; row++)
            count = Add(row, tokens[row], count, []);
        Run(count);
        return Logits;
    }

    /// <inheritdoc/>
    public void Keep(ReadOnlySpan<int> rows)
    {
        // Ascending numbers: a row only moves to a place already left.
        for (var row = 0; row < rows.Length; row++)
            (_streams[row], _lengths[row]) = (_streams[rows[row]], _lengths[rows[row]]);
        _active = rows.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ownRoom?.Dispose();
        foreach (var memory in (IDisposable[])[_attention, _x, _normed, _query, _key, _value, _mixed, _gate, _up, _logits])
            memory.Dispose();
    }

    private ReadOnlySpan<float> Logits => new(_logits.Start, _active * _config.VocabularySize);

    /// <summary>Puts a token into the chunk; a full chunk runs first.</summary>
    private int Add(int row, int token, int count, ReadOnlySpan<int> features)
    {
        if (count == Chunk)
        {
            Run(count);
            count = 0;
        }
        var position = _lengths[row]++;
        _rows[count] = (row, position);
        var x = new Span<float>(_x.Row(count), _config.Width);
        new ReadOnlySpan<float>(_weights.Embedding + ((long)token * _config.Width), _config.Width).CopyTo(x);
        foreach (var feature in features)
            TensorPrimitives.Add(
                x, new ReadOnlySpan<float>(_weights.Features + ((long)feature * _config.Width), _config.Width), x);
        if (_weights.Positions is not null)
        {
            var at = (long)(position + _config.PositionOffset) * _config.Width;
            TensorPrimitives.Add(x, new ReadOnlySpan<float>(_weights.Positions + at, _config.Width), x);
        }
        return count + 1;
    }

    private void Run(int count)
    {
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            ref readonly var block = ref _weights.Layers[layer];
            Normalize(block.AttentionNorm, count);
            Attend(layer, block, count);
            if (!_config.ParallelBlock)
            {
                Project(block.Output, _mixed, _normed, count);
                AddToStream(_normed, count);
                Normalize(block.MlpNorm, count);
            }
            Feed(block, count);
            if (_config.ParallelBlock)
            {
                Project(block.Output, _mixed, _normed, count);
                AddToStream(_normed, count);
            }
            Project(block.Down, _gate, _normed, count);
            AddToStream(_normed, count);
        }
        Predict(count);
        GC.KeepAlive(_model);
    }

    private void Attend(int layer, in DecoderWeights.Block block, int count)
    {
        Project(block.Query, _normed, _query, count);
        Project(block.Key, _normed, _key, count);
        Project(block.Value, _normed, _value, count);
        for (var r = 0; r < count; r++)
        {
            var (row, position) = _rows[r];
            _attention.Rotate(_query.Row(r), _config.Heads, position);
            _attention.Rotate(_key.Row(r), _config.KeyValueHeads, position);
            _cache.Write(layer, _streams[row], position, _key.Row(r), _value.Row(r));
        }
        for (var r = 0; r < count; r++)
            _attention.Mix(layer, _streams[_rows[r].Row], _rows[r].Position, _query.Row(r), _mixed.Row(r));
    }

    /// <summary>Leaves the hidden units in the gate's place.</summary>
    private void Feed(in DecoderWeights.Block block, int count)
    {
        Project(block.Up, _normed, _up, count);
        if (_config.Gated)
            Project(block.Gate, _normed, _gate, count);
        for (var r = 0; r < count; r++)
        {
            float* up = _up.Row(r), gate = _gate.Row(r);
            for (var i = 0; i < _config.FeedForwardWidth; i += VectorMath.Lanes)
            {
                var (u, g) = (Vector512.Load(up + i), Vector512.Load(gate + i));
                (_config.Gated ? g * VectorMath.Sigmoid(g) * u : VectorMath.Gelu(u)).Store(gate + i);
            }
        }
    }

    /// <summary>Logits of the rows whose newest token is in the chunk; these rows follow one another.</summary>
    private void Predict(int count)
    {
        var (first, newest) = (0, 0);
        for (var r = 0; r < count; r++)
        {
            var (row, position) = _rows[r];
            if (position != _lengths[row] - 1)
                continue;
            if (newest == 0)
                first = row;
            _weights.FinalNorm.Apply(_x.Row(r), _normed.Row(newest++));
        }
        var vocabulary = _config.VocabularySize;
        _weights.Head.Multiply(_normed.Start, _normed.Stride, _logits.Start + ((long)first * vocabulary), vocabulary, newest);
    }

    private void Normalize(in NormWeights norm, int count)
    {
        for (var r = 0; r < count; r++)
            norm.Apply(_x.Row(r), _normed.Row(r));
    }

    private void AddToStream(FloatMemory added, int count)
    {
        for (var r = 0; r < count; r++)
            TensorPrimitives.Add(
                new ReadOnlySpan<float>(_x.Row(r), _config.Width), new ReadOnlySpan<float>(added.Row(r), _config.Width),
                new Span<float>(_x.Row(r), _config.Width));
    }

    private static void Project(in Matrix matrix, FloatMemory x, FloatMemory y, int count) =>
        matrix.Multiply(x.Start, x.Stride, y.Start, y.Stride, count);
}
