using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace StandIns.Tests.Tokenizers;

/// <summary>A tokenizer of our own, as small as the base class allows: words, whose id is their length.</summary>
internal sealed class WordTokenizer : Tokenizer
{
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        idsConsumed = charsWritten = 0;
        foreach (var id in ids)
        {
            if (destination.Length - charsWritten < id)
                return OperationStatus.DestinationTooSmall;
            destination.Slice(charsWritten, id).Fill('x');
            charsWritten += id;
            idsConsumed++;
        }
        return OperationStatus.Done;
    }

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var source = text ?? textSpan.ToString();
        var tokens = new List<EncodedToken>();
        for (var start = 0; start < source.Length && tokens.Count < settings.MaxTokenCount;)
        {
            var end = source.IndexOf(' ', start) is >= 0 and var space ? space + 1 : source.Length;
            tokens.Add(new EncodedToken(end - start, source[start..end], start..end));
            start = end;
        }
        return new EncodeResults<EncodedToken> { Tokens = tokens, CharsConsumed = tokens.Sum(t => t.Id) };
    }
}
