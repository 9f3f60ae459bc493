using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// Keys and values of the tokens a model has already seen, so that a new token costs one position instead of all. Rows may have different
/// lengths. Made for one model and one batch size; carries no gradient.
/// </summary>
public sealed class KvCache : IDisposable
{
    private readonly Tensor[] _keys;      // a layer: (batch, keyHeads, capacity, headWidth)
    private readonly Tensor[] _values;    // a layer: (batch, keyHeads, capacity, headWidth)
    private readonly int[] _rows;         // a layer: elements a token
    private int[] _lengths;

    /// <summary>Makes room for a batch of sequences.</summary>
    /// <param name="model">The model that will use it.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="capacity">Most tokens a row, padding of a pass included; null = the model's context length.</param>
    public KvCache(TransformerModel model, int batch, int? capacity = null)
    {
        var config = model.Config;
        Capacity = Math.Min(capacity ?? config.ContextLength, config.ContextLength);
        if (batch < 1 || Capacity < 1)
            throw new ArgumentException($"A cache of {batch} rows and {Capacity} tokens is empty, expected at least 1 of each.");
        _lengths = new int[batch];
        _rows = [.. Enumerable.Range(0, config.Layers).Select(layer => config.Insertion?.RowsPerToken(layer) ?? 1)];
        var weight = model.TokenEmbedding;
        _keys = Room();
        _values = Room();

        Tensor[] Room() => [.. Enumerable.Range(0, config.Layers).Select(layer =>
        {
            long[] shape = [batch, config.OfLayer(layer).KeyValueHeads, Capacity * _rows[layer], config.HeadWidth];
            return zeros(shape, weight.dtype, weight.device).DetachFromDisposeScope();
        })];
    }

    /// <summary>Most tokens a row.</summary>
    public int Capacity { get; }

    /// <summary>Tokens held, a row.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>The common length of all rows, or null when they differ.</summary>
    internal int? Common => _lengths.AsSpan().ContainsAnyExcept(_lengths[0]) ? null : _lengths[0];

    /// <summary>Tokens in the longest row.</summary>
    internal int Longest => _lengths.Max();

    /// <summary>Forgets everything after the first <paramref name="length"/> tokens of each row.</summary>
    /// <param name="length">At least 0.</param>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        for (var row = 0; row < _lengths.Length; row++)
            _lengths[row] = Math.Min(_lengths[row], length);
    }

    /// <summary>Goes on with some rows only, in the order given.</summary>
    /// <param name="rows">Row numbers.</param>
    public void Keep(IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var index = tensor(rows.Select(row => (long)row).ToArray(), device: _keys[0].device);
        foreach (var layers in (Tensor[][])[_keys, _values])
            for (var layer = 0; layer < layers.Length; layer++)
            {
                var kept = layers[layer].index_select(0, index).DetachFromDisposeScope();
                layers[layer].Dispose();
                layers[layer] = kept;
            }
        _lengths = [.. rows.Select(row => _lengths[row])];
    }

    /// <summary>
    /// Adds a layer's keys and values (batch, time, keyHeads, headWidth) and returns all of them, (batch, source, keyHeads, headWidth). A
    /// layer above interleaved elements has two a token.
    /// </summary>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        using var plain = no_grad();
        var rows = _rows[layer];
        var source = Longest * rows + keys.size(1);
        Write(_keys[layer], keys, rows);
        Write(_values[layer], values, rows);
        return (_keys[layer].narrow(2, 0, source).transpose(1, 2), _values[layer].narrow(2, 0, source).transpose(1, 2));
    }

    /// <summary>Counts the tokens of a finished pass.</summary>
    internal void Advance(IReadOnlyList<int> added)
    {
        for (var row = 0; row < _lengths.Length; row++)
            _lengths[row] += added[row];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
            tensor.Dispose();
    }

    private void Write(Tensor room, Tensor added, int perToken)
    {
        using var scope = NewDisposeScope();
        var (batch, time) = (added.size(0), added.size(1));
        var rows = added.detach().transpose(1, 2);                                             // (batch, keyHeads, time, headWidth)
        if (Common is { } start)
            room.narrow(2, start * perToken, time).copy_(rows);
        else
            room.scatter_(2, Places().view(batch, 1, time, 1).expand(rows.shape), rows);

        Tensor Places()
        {
            var positions = Positions(time / perToken, room.device);
            return perToken == 1 ? positions : Interleaving.Places(positions);
        }
    }

    /// <summary>Positions the next <paramref name="time"/> tokens of each row will take, (batch, time).</summary>
    internal Tensor Positions(long time, Device device)
    {
        using var scope = NewDisposeScope();
        var starts = tensor(_lengths.Select(length => (long)length).ToArray(), device: device);
        return (starts.unsqueeze(1) + arange(time, ScalarType.Int64, device)).MoveToOuterDisposeScope();
    }
}
