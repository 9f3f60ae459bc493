using System.Buffers;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Mapping;

/// <summary>Letters as tokens, and a count of the texts that a model was given.</summary>
internal sealed class CountingTokenizer : Tokenizer
{
    private readonly VocabularyTokenizer _letters = VocabularyTokenizer.Characters("abcdefgh ");

    public int Texts { get; private set; }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        _letters.Decode(ids, destination, out idsConsumed, out charsWritten);

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        Texts++;
        var all = text ?? textSpan.ToString();
        return new EncodeResults<EncodedToken> { Tokens = _letters.EncodeToTokens(all, out _), CharsConsumed = all.Length };
    }
}
