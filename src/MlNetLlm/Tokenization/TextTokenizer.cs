using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace MlNetLlm.Tokenization;

/// <summary>
/// Base of this library's tokenizers: ML.NET's <see cref="Tokenizer"/>, made from a few simple operations.
/// </summary>
/// <remarks>
/// The tokenizers here are safe to use from several threads and encode in time proportional to n log n at worst, whatever the text.
/// None of them adds begin or end tokens by itself: <see cref="Special"/> has the ids for callers who want them.
/// ML.NET's own byte-pair tokenizer is not used: it does not give back its merges, so that it cannot be saved, and one long word costs
/// it quadratic time. Token ranges count characters of the rewritten text (<c>normalizedText</c>) where there is one; a token that ends
/// inside a character covers the characters it completes, possibly none.
/// </remarks>
public abstract class TextTokenizer : Tokenizer
{
    /// <summary>How many ids there are: one more than the largest id.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Ids of the tokens with a role of their own.</summary>
    public abstract SpecialTokens Special { get; }

    /// <summary>The token as the vocabulary spells it, or null where there is no such id.</summary>
    /// <param name="id">The id; any number may be asked for.</param>
    public abstract string? TokenText(int id);

    /// <summary>The files that hold this tokenizer in a folder: name and content.</summary>
    internal abstract IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> Files();

    /// <summary>The text as it is encoded, or null where it is encoded as it stands.</summary>
    private protected virtual string? Rewrite(ReadOnlySpan<char> text) => null;

    /// <summary>Puts the tokens of a rewritten text into the sink, in order.</summary>
    private protected abstract void Encode(ReadOnlySpan<char> text, bool preTokenize, TokenSink sink);

    /// <summary>The UTF-8 bytes that a token stands for; <paramref name="first"/>: only silent tokens stand before it.</summary>
    private protected abstract ReadOnlySpan<byte> Utf8(int id, bool first);

    /// <summary>The token is about texts, not part of them, such as one that begins a text.</summary>
    private protected virtual bool IsSilent(int id) => false;

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var bytes = new ArrayBufferWriter<byte>();
        var first = true;
        foreach (var id in ids)
        {
            if (TokenText(id) is null)
                throw new ArgumentOutOfRangeException(
                    nameof(ids), id, $"Cannot decode token id {id}: the vocabulary has {VocabularySize} ids and this is none of them.");
            bytes.Write(Utf8(id, first));
            first &= IsSilent(id);
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        idsConsumed = charsWritten = 0;
        var pending = new ArrayBufferWriter<byte>();          // the bytes of tokens that end inside a character
        var (seen, first) = (0, true);
        foreach (var id in ids)
        {
            if (TokenText(id) is null)
                return OperationStatus.InvalidData;
            pending.Write(Utf8(id, first));
            first &= IsSilent(id);
            seen++;
            if (EndsInsideCharacter(pending.WrittenSpan))
                continue;
            if (!Encoding.UTF8.TryGetChars(pending.WrittenSpan, destination[charsWritten..], out var written))
                return OperationStatus.DestinationTooSmall;
            (idsConsumed, charsWritten) = (seen, charsWritten + written);
            pending.ResetWrittenCount();
        }
        if (!Encoding.UTF8.TryGetChars(pending.WrittenSpan, destination[charsWritten..], out var last))
            return OperationStatus.DestinationTooSmall;
        (idsConsumed, charsWritten) = (seen, charsWritten + last);
        return OperationStatus.Done;
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var sink = Run(text, textSpan, settings, keepRanges: settings.MaxTokenCount != int.MaxValue, out var rewritten, out var length);
        return new EncodeResults<int> { Tokens = sink.Ids, NormalizedText = rewritten, CharsConsumed = sink.CharsConsumed(length) };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var sink = Run(text, textSpan, settings, keepRanges: true, out var rewritten, out var length);
        var tokens = new EncodedToken[sink.Ids.Count];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = new EncodedToken(sink.Ids[i], TokenText(sink.Ids[i])!, sink.Start(i)..sink.End(i));
        return new EncodeResults<EncodedToken>
        {
            Tokens = tokens, NormalizedText = rewritten, CharsConsumed = sink.CharsConsumed(length),
        };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
        => Run(text, textSpan, settings, keepRanges: false, out _, out _).Ids.Count;

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        var wanted = settings.MaxTokenCount;
        if (fromEnd)
            settings.MaxTokenCount = int.MaxValue;
        var sink = Run(text, textSpan, settings, keepRanges: true, out normalizedText, out var length);
        tokenCount = Math.Min(wanted, sink.Ids.Count);
        if (!fromEnd)
            return sink.CharsConsumed(length);
        return tokenCount == sink.Ids.Count ? 0 : sink.Start(sink.Ids.Count - tokenCount);
    }

    private TokenSink Run(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool keepRanges, out string? rewritten, out int length)
    {
        if (settings.MaxTokenCount <= 0)
            throw new ArgumentOutOfRangeException(
                nameof(settings), $"Cannot encode to at most {settings.MaxTokenCount} tokens: expected 1 or more.");
        var source = text is null ? textSpan : text.AsSpan();
        rewritten = settings.ConsiderNormalization ? Rewrite(source) : null;
        if (rewritten is not null)
            source = rewritten;
        length = source.Length;
        var sink = new TokenSink(settings.MaxTokenCount, keepRanges);
        if (length > 0)
            Encode(source, settings.ConsiderPreTokenization, sink);
        return sink;
    }

    private static bool EndsInsideCharacter(ReadOnlySpan<byte> bytes)
        => Rune.DecodeLastFromUtf8(bytes, out _, out _) == OperationStatus.NeedMoreData && !bytes.IsEmpty;
}
