namespace MlNetLlm.LanguageModels.Managed;

/// <summary>
/// Keys and values of every layer and stream. A component's numbers at all positions lie side by side, (headWidth, capacity), so that
/// scores and mixtures run along positions in whole vectors however narrow a head is.
/// </summary>
internal sealed unsafe class DecoderCache(TransformerConfig config, int streams, int capacity) : IDisposable
{
    /// <summary>Positions whose scores are computed together.</summary>
    internal const int Block = 4 * VectorMath.Lanes;

    private readonly FloatMemory _keys = Room(config, streams, capacity);
    private readonly FloatMemory _values = Room(config, streams, capacity);

    /// <summary>Positions from one component to the next, a multiple of <see cref="Block"/>.</summary>
    internal int Stride => _keys.Stride;

    /// <summary>Whether there is room for a model of this shape with so many streams and positions.</summary>
    internal bool Fits(TransformerConfig wanted, int wantedStreams, int wantedCapacity) =>
        (wanted.Layers, wanted.KeyValueHeads, wanted.HeadWidth) == (config.Layers, config.KeyValueHeads, config.HeadWidth)
        && wantedStreams <= streams && wantedCapacity <= capacity;

    /// <summary>A key head's keys, (headWidth, stride).</summary>
    internal float* Keys(int layer, int stream, int head) => _keys.Row(Row(layer, stream, head));

    /// <summary>A key head's values, (headWidth, stride).</summary>
    internal float* Values(int layer, int stream, int head) => _values.Row(Row(layer, stream, head));

    /// <summary>Stores the key and value of one position, (keyHeads · headWidth) each.</summary>
    internal void Write(int layer, int stream, int position, float* key, float* value)
    {
        var row = Row(layer, stream, 0);
        for (var i = 0; i < config.KeyValueHeads * config.HeadWidth; i++)
        {
            _keys.Row(row + i)[position] = key[i];
            _values.Row(row + i)[position] = value[i];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
    }

    private long Row(int layer, int stream, int head) =>
        ((((long)layer * streams) + stream) * config.KeyValueHeads + head) * config.HeadWidth;

    private static FloatMemory Room(TransformerConfig config, int streams, int capacity) =>
        new((long)config.Layers * streams * config.KeyValueHeads * config.HeadWidth, (capacity + Block - 1) / Block * Block);
}
