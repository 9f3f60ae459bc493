using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Data;

/// <summary>Draws which tokens of a sequence a masked language model is to guess.</summary>
/// <remarks>
/// Of n tokens that are not special, ⌊share · n + u⌋ are drawn without replacement, with u uniform from 0 to 1, as fairseq does, but one at
/// least. Departures from fairseq: special tokens are never to be guessed (there, the begin and end tokens may be), and the one token.
/// A random token is any of the vocabulary that is not special, all equally likely.
/// </remarks>
internal sealed class TokenMasking
{
    private readonly MaskingOptions _options;
    private readonly int _mask;
    private readonly bool[] _special;
    private readonly int[] _ordinary;

    /// <exception cref="ArgumentException">There is no mask token, or the vocabulary has special tokens only.</exception>
    public TokenMasking(MaskingOptions options, SpecialTokens special, int vocabularySize)
    {
        _options = options;
        _mask = special.Mask ?? throw new ArgumentException(
            "Masked language modelling needs a mask token; the tokenizer has none. Set SpecialTokens.Mask to its id.");
        _special = new bool[vocabularySize];
        foreach (var id in new[] { special.Bos, special.Eos, special.Pad, special.Unknown, special.Mask })
            if (id is { } role && role < vocabularySize)
                _special[role] = true;
        _ordinary = [.. Enumerable.Range(0, vocabularySize).Where(id => !_special[id])];
        if (_ordinary.Length == 0)
            throw new ArgumentException($"The vocabulary of {vocabularySize} tokens has special tokens only. Give it others too.");
    }

    /// <summary>Masks one sequence.</summary>
    /// <param name="random">Where the draws come from.</param>
    /// <param name="original">The sequence as it is.</param>
    /// <param name="tokens">Becomes what the model sees.</param>
    /// <param name="targets">Becomes the original where the model is to guess, and stays as it is elsewhere.</param>
    public void Mask(RandomStream random, ReadOnlySpan<int> original, Span<long> tokens, Span<long> targets)
    {
        Span<int> places = original.Length <= 1024 ? stackalloc int[original.Length] : new int[original.Length];
        var n = 0;
        for (var i = 0; i < original.Length; i++)
        {
            tokens[i] = original[i];
            if (!_special[original[i]])
                places[n++] = i;
        }
        var guessed = n == 0 ? 0 : Math.Clamp((int)(_options.Share * n + random.NextDouble()), 1, n);
        for (var k = 0; k < guessed; k++)
        {
            var other = k + random.Next(n - k);                          // the k-th step of a shuffle
            (places[k], places[other]) = (places[other], places[k]);
            var place = places[k];
            targets[place] = original[place];
            var u = random.NextDouble();
            if (u < _options.MaskedShare)
                tokens[place] = _mask;
            else if (u < _options.MaskedShare + _options.RandomShare)
                tokens[place] = _ordinary[random.Next(_ordinary.Length)];
        }
    }
}
