using System.Buffers;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Mapping;

/// <summary>Letters as tokens, and counts of the texts that a model was given and of those that it was asked for.</summary>
internal sealed class CountingTokenizer : Tokenizer
{
    private readonly VocabularyTokenizer _letters = VocabularyTokenizer.Characters("abcdefgh ");

    public int Texts { get; private set; }

    public int Decodings { get; private set; }

    /// <summary>Called before tokens are turned into text.</summary>
    public Action? Decoding { get; init; }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        _letters.Decode(ids, destination, out idsConsumed, out charsWritten);

    public override string Decode(IEnumerable<int> ids)
    {
        Decodings++;
        Decoding?.Invoke();
        return _letters.Decode(ids);
    }

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        Texts++;
        var all = text ?? textSpan.ToString();
        return new EncodeResults<EncodedToken> { Tokens = _letters.EncodeToTokens(all, out _), CharsConsumed = all.Length };
    }
}
