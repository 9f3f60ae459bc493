namespace MlNetLlm.Training;

/// <summary>The random streams of a run: one a purpose, made from one seed. A checkpoint keeps their counters.</summary>
/// <param name="seed">The run's seed.</param>
public sealed class RandomStreams(long seed)
{
    /// <summary>The stream for new weights.</summary>
    public const string Initialisation = "init";

    /// <summary>The stream for the order of the data.</summary>
    public const string DataOrder = "data order";

    /// <summary>The stream for dropout and other noise in the forward pass.</summary>
    public const string Dropout = "dropout";

    /// <summary>The stream for which tokens a masked language model is to guess.</summary>
    public const string Masking = "masking";

    /// <summary>The stream for embeddings that are drawn anew.</summary>
    public const string Reset = "reset";

    /// <summary>The stream for sampling tokens.</summary>
    public const string Sampling = "sampling";

    private readonly SortedDictionary<string, RandomStream> _streams = new(StringComparer.Ordinal);

    /// <summary>The seed all streams come from.</summary>
    public long Seed { get; } = seed;

    /// <summary>The stream of a purpose; asking for it the first time makes it.</summary>
    /// <param name="name">The purpose.</param>
    public RandomStream this[string name]
        => _streams.TryGetValue(name, out var stream) ? stream : _streams[name] = new RandomStream(Seed, name);

    /// <summary>The streams' counters by name.</summary>
    /// <returns>What <see cref="Restore"/> takes.</returns>
    public IReadOnlyDictionary<string, long> Counters() => _streams.ToDictionary(pair => pair.Key, pair => pair.Value.Counter);

    /// <summary>Continues where the counters were taken; a stream they do not name starts afresh.</summary>
    /// <param name="counters">What <see cref="Counters"/> returned.</param>
    public void Restore(IReadOnlyDictionary<string, long> counters)
    {
        foreach (var stream in _streams.Values)
            stream.Counter = 0;
        foreach (var (name, counter) in counters)
            this[name].Counter = counter;
    }
}
