using System.Runtime.CompilerServices;

namespace MlNetLlm.Tokenization;

/// <summary>Where an encoder puts its tokens: ids, on request the characters each covers, and no more than a limit.</summary>
internal sealed class TokenSink(int limit, bool keepRanges)
{
    private readonly List<(int Start, int End)> _ranges = [];

    public List<int> Ids { get; } = [];

    /// <summary>The encoder must say exactly which characters a token covers.</summary>
    public bool KeepsRanges => keepRanges;

    /// <summary>Further tokens are dropped: the encoder may stop.</summary>
    public bool IsFull => Ids.Count >= limit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int id, int start, int end)
    {
        if (IsFull)
            return;
        Ids.Add(id);
        if (keepRanges)
            _ranges.Add((start, end));
    }

    /// <summary>Adds a token, or lets the one before it reach further where that has the same id.</summary>
    public void AddOrExtend(int id, int start, int end)
    {
        if (Ids.Count == 0 || Ids[^1] != id)
            Add(id, start, end);
        else if (keepRanges && !IsFull)
            _ranges[^1] = (_ranges[^1].Start, end);
    }

    /// <summary>Adds tokens without ranges.</summary>
    public void AddIds(ReadOnlySpan<int> ids) => Ids.AddRange(ids[..Math.Min(ids.Length, limit - Ids.Count)]);

    public int Start(int token) => _ranges[token].Start;

    public int End(int token) => _ranges[token].End;

    /// <summary>How far into a text of this length the kept tokens reach.</summary>
    public int CharsConsumed(int length) => IsFull && keepRanges ? _ranges[^1].End : length;
}
