using System.Collections.Concurrent;

namespace MlNetLlm.Tokenization;

/// <summary>The tokens of short words met before. Holds so many words and no more; safe to use from several threads.</summary>
internal sealed class WordCache
{
    private const int MaxWords = 1 << 16;
    private const int MaxLength = 32;

    private readonly ConcurrentDictionary<string, int[]> _words = new();
    private int _count;                                         // ConcurrentDictionary.Count would lock

    /// <summary>Adds the tokens of a word, which starts at an offset of the whole text, to a sink.</summary>
    public delegate void Encoder(ReadOnlySpan<char> word, int offset, TokenSink sink);

    /// <summary>The ids of a word, from the cache or the encoder.</summary>
    public ReadOnlySpan<int> GetOrEncode(ReadOnlySpan<char> word, Encoder encode)
    {
        if (word.Length <= MaxLength && _words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var known))
            return known;
        var sink = new TokenSink(int.MaxValue, keepRanges: false);
        encode(word, 0, sink);
        if (word.Length <= MaxLength && _count < MaxWords && _words.TryAdd(word.ToString(), [.. sink.Ids]))
            Interlocked.Increment(ref _count);
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sink.Ids);
    }
}
