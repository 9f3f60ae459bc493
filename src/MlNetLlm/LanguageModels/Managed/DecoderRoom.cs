namespace MlNetLlm.LanguageModels.Managed;

/// <summary>
/// Room for keys and values that one generation after another may use: a large cache costs as much to get from the system as many tokens
/// cost to write. Not for two generations at once.
/// </summary>
internal sealed class DecoderRoom : IDisposable
{
    private DecoderCache? _cache;

    /// <summary>A cache for a model and at least so many streams and positions; what is in it is of no meaning, and finite.</summary>
    internal DecoderCache Take(TransformerConfig config, int streams, int capacity)
    {
        if (_cache is { } held && held.Fits(config, streams, capacity)) return held;
        _cache?.Dispose();
        return _cache = new DecoderCache(config, streams, capacity);
    }

    /// <inheritdoc/>
    public void Dispose() => _cache?.Dispose();
}
