using System.Collections.Concurrent;

namespace MlNetLlm.Tokenization;

/// <summary>The tokens of short words met before. Holds so many words and no more; safe to use from several threads.</summary>
internal sealed class WordCache
{
    private const int MaxWords = 1 << 16;
    private const int MaxLength = 32;

    private readonly ConcurrentDictionary<string, int[]> _words = new();
    private int _count;                                         // ConcurrentDictionary.Count would lock

    public bool TryGet(ReadOnlySpan<char> word, out ReadOnlySpan<int> ids)
    {
        ids = default;
        if (word.Length > MaxLength || !_words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var known))
            return false;
        ids = known;
        return true;
    }

    /// <summary>Keeps the tokens of a word if there is room, and gives them back.</summary>
    public ReadOnlySpan<int> Add(ReadOnlySpan<char> word, List<int> ids)
    {
        var kept = ids.ToArray();
        if (word.Length <= MaxLength && _count < MaxWords && _words.TryAdd(word.ToString(), kept))
            Interlocked.Increment(ref _count);
        return kept;
    }
}
