using System.Buffers;

namespace Microsoft.ML.Tokenizers;

/// <summary>Base of all tokenizers: text to tokens and ids, ids to text.</summary>
public abstract class Tokenizer
{
    protected Tokenizer()
    {
    }

    public virtual PreTokenizer? PreTokenizer => null;

    public virtual Normalizer? Normalizer => null;

    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true)
        => EncodeToIds(text, default, Settings(considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true)
        => EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(
        string text, int maxTokenCount, out string? normalizedText, out int charsConsumed,
        bool considerPreTokenization = true, bool considerNormalization = true)
        => Unpack(
            EncodeToIds(text, default, Settings(considerPreTokenization, considerNormalization, maxTokenCount)),
            out normalizedText, out charsConsumed);

    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text, int maxTokenCount, out string? normalizedText, out int charsConsumed,
        bool considerPreTokenization = true, bool considerNormalization = true)
        => Unpack(
            EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount)),
            out normalizedText, out charsConsumed);

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        string text, out string? normalizedText, bool considerPreTokenization = true, bool considerNormalization = true)
        => Unpack(
            EncodeToTokens(text, default, Settings(considerPreTokenization, considerNormalization)), out normalizedText, out _);

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        ReadOnlySpan<char> text, out string? normalizedText, bool considerPreTokenization = true, bool considerNormalization = true)
        => Unpack(
            EncodeToTokens(null, text, Settings(considerPreTokenization, considerNormalization)), out normalizedText, out _);

    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true)
        => CountTokens(text, default, Settings(considerPreTokenization, considerNormalization));

    public int CountTokens(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true)
        => CountTokens(null, text, Settings(considerPreTokenization, considerNormalization));

    public int GetIndexByTokenCount(
        string text, int maxTokenCount, out string? normalizedText, out int tokenCount,
        bool considerPreTokenization = true, bool considerNormalization = true)
        => GetIndexByTokenCount(
            text, default, Settings(considerPreTokenization, considerNormalization, maxTokenCount), fromEnd: false,
            out normalizedText, out tokenCount);

    public int GetIndexByTokenCount(
        ReadOnlySpan<char> text, int maxTokenCount, out string? normalizedText, out int tokenCount,
        bool considerPreTokenization = true, bool considerNormalization = true)
        => GetIndexByTokenCount(
            null, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount), fromEnd: false,
            out normalizedText, out tokenCount);

    public int GetIndexByTokenCountFromEnd(
        string text, int maxTokenCount, out string? normalizedText, out int tokenCount,
        bool considerPreTokenization = true, bool considerNormalization = true)
        => GetIndexByTokenCount(
            text, default, Settings(considerPreTokenization, considerNormalization, maxTokenCount), fromEnd: true,
            out normalizedText, out tokenCount);

    public int GetIndexByTokenCountFromEnd(
        ReadOnlySpan<char> text, int maxTokenCount, out string? normalizedText, out int tokenCount,
        bool considerPreTokenization = true, bool considerNormalization = true)
        => GetIndexByTokenCount(
            null, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount), fromEnd: true,
            out normalizedText, out tokenCount);

    public virtual string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        for (var size = 256; ; size = checked(size * 2))
        {
            var buffer = ArrayPool<char>.Shared.Rent(size);
            try
            {
                var status = Decode(ids, buffer, out _, out var written);
                if (status == OperationStatus.Done)
                    return new string(buffer, 0, written);
                if (status != OperationStatus.DestinationTooSmall)
                    throw new InvalidOperationException($"Decoding the ids failed: {status}.");
            }
            finally
            {
                ArrayPool<char>.Shared.Return(buffer);
            }
        }
    }

    public abstract OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten);

    protected abstract EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    protected virtual EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var results = EncodeToTokens(text, textSpan, settings);
        var ids = new int[results.Tokens.Count];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = results.Tokens[i].Id;
        return new EncodeResults<int> { Tokens = ids, NormalizedText = results.NormalizedText, CharsConsumed = results.CharsConsumed };
    }

    protected virtual int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
        => EncodeToTokens(text, textSpan, settings).Tokens.Count;

    protected virtual int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        var limit = settings.MaxTokenCount;
        if (limit <= 0)
            throw new ArgumentOutOfRangeException(nameof(settings), limit, "The maximum number of tokens must be greater than 0.");
        settings.MaxTokenCount = int.MaxValue;
        var results = EncodeToTokens(text, textSpan, settings);
        var tokens = results.Tokens;
        normalizedText = results.NormalizedText;
        tokenCount = Math.Min(limit, tokens.Count);
        if (fromEnd)
            return tokenCount == tokens.Count ? 0 : tokens[tokens.Count - tokenCount].Offset.Start.Value;
        return tokenCount == tokens.Count
            ? normalizedText?.Length ?? text?.Length ?? textSpan.Length
            : tokens[tokenCount - 1].Offset.End.Value;
    }

    private static EncodeSettings Settings(bool preTokenize, bool normalize, int maxTokenCount = int.MaxValue)
        => new() { ConsiderPreTokenization = preTokenize, ConsiderNormalization = normalize, MaxTokenCount = maxTokenCount };

    private static IReadOnlyList<T> Unpack<T>(EncodeResults<T> results, out string? normalizedText, out int charsConsumed)
    {
        normalizedText = results.NormalizedText;
        charsConsumed = results.CharsConsumed;
        return results.Tokens;
    }
}
