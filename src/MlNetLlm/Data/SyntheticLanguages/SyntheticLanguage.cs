using System.Globalization;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>
/// One of a family of languages with one grammar: a spelling of its own (a random bijection from word forms to surface forms, so that two
/// languages share no word), an order of words, and a rotation of the ranks of frequency. Languages of one seed and rotation say the same
/// in block i, whatever their order; languages of different seeds have texts of their own.
/// </summary>
public sealed class SyntheticLanguage
{
    private const string Consonants = "bdfgklmnprstvz";
    private const string Vowels = "aeiou";

    private readonly SyntheticLanguageOptions _options;
    private readonly string[] _spelling;

    /// <summary>Makes a language.</summary>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public SyntheticLanguage(SyntheticLanguageOptions options)
    {
        _options = options.Validated();
        var surface = Enumerable.Range(0, SyntheticLexicon.Words.Count).ToArray();
        new RandomStream(options.Seed, "spelling").Shuffle<int>(surface);
        _spelling = [.. surface.Select(form => Spell(form, options.Seed))];
        string[] tokens = ["<pad>", "<bos>", "<mask>", .. _spelling.Order(StringComparer.Ordinal)];
        Tokenizer = new VocabularyTokenizer(
            tokens, TokenSeparator.Space, new SpecialTokens { Pad = 0, Bos = 1, Mask = 2 });
    }

    /// <summary>What makes this language different from another.</summary>
    public SyntheticLanguageOptions Options => _options;

    /// <summary>One token a word: padding, begin and mask, then the 128 forms; 131 ids.</summary>
    public VocabularyTokenizer Tokenizer { get; }

    /// <summary>
    /// A language at a distance from the one with all switches off: that many switches, drawn by the seed, are turned, and at distances
    /// above 0 the ranks of frequency are shifted by 1 or 2.
    /// </summary>
    /// <param name="distance">0 to 4; 0 is the same language with words of its own.</param>
    /// <param name="seed">Seed of the language.</param>
    public static SyntheticLanguage AtDistance(int distance, int seed)
    {
        if (distance is < 0 or > WordOrder.Switches)
            throw new ArgumentOutOfRangeException(nameof(distance), distance, $"A distance is 0 to {WordOrder.Switches} switches.");
        var random = new RandomStream(seed, "distance");
        int[] switches = [0, 1, 2, 3];
        random.Shuffle<int>(switches);
        return new SyntheticLanguage(new SyntheticLanguageOptions
        {
            Seed = seed,
            Order = new WordOrder().Turned(switches.AsSpan(0, distance)),
            RankRotation = distance == 0 ? 0 : 1 + random.Next(2),
        });
    }

    /// <summary>The word as this language spells it.</summary>
    public string Spelling(SyntheticWord word) => _spelling[word.Index];

    /// <summary>A block of the endless text.</summary>
    /// <param name="index">Its place in the text, 0 or more; each block is drawn on its own.</param>
    public SyntheticBlock Block(long index)
    {
        var random = Random("block", index);
        return Draw(random.Next(SyntheticLexicon.Topics), _options.BlockWords, random);
    }

    /// <summary>A block in which each word that agrees with another has, with probability one half, a form that does not fit.</summary>
    /// <param name="index">Its place in the text.</param>
    public SyntheticBlock BlockWithMisfits(long index)
    {
        var (block, random) = (Block(index), Random("misfits", index));
        var words = block.Words.ToArray();
        for (var i = 0; i < words.Length; i++)
            if (words[i].Agrees is not null && random.NextDouble() < 0.5)
                words[i] = words[i] with { Word = SyntheticLexicon.Misfit(words[i].Word, random.NextDouble() < 0.5), Agrees = false };
        return block with { Words = words };
    }

    /// <summary>Two halves of a block, of one topic or of two, as likely as not.</summary>
    /// <param name="index">Its place in the text.</param>
    public (SyntheticBlock First, SyntheticBlock Second) Halves(long index)
    {
        var random = Random("halves", index);
        var half = _options.BlockWords / 2;
        var topic = random.Next(SyntheticLexicon.Topics);
        var other = random.NextDouble() < 0.5 ? topic : (topic + 1 + random.Next(SyntheticLexicon.Topics - 1)) % SyntheticLexicon.Topics;
        return (Draw(topic, half, random), Draw(other, _options.BlockWords - half, random));
    }

    /// <summary>The words of a block with spaces between them.</summary>
    public string Text(SyntheticBlock block) => string.Join(' ', block.Words.Select(placed => Spelling(placed.Word)));

    private RandomStream Random(string purpose, long index) =>
        new(_options.Seed, string.Create(CultureInfo.InvariantCulture, $"{purpose}/{index}"));

    private SyntheticBlock Draw(int topic, int words, RandomStream random)
    {
        var block = new List<PlacedWord>(words + 16);
        while (block.Count < words)
            Linearization.Add(SyntheticSentence.Draw(topic, _options.RankRotation, random), _options.Order, block);
        block.RemoveRange(words, block.Count - words);
        return new SyntheticBlock(topic, [.. block.Select(placed => placed.Controller >= words ? placed with { Agrees = null } : placed)]);
    }

    // Two syllables for the form and as many letters for the language as its seed needs: "bado-k".
    private static string Spell(int form, int seed)
    {
        var syllables = Consonants.Length * Vowels.Length;
        var word = Syllable(form % syllables) + Syllable(form / syllables + form % 7);
        var language = "";
        for (var left = unchecked((uint)seed); language.Length == 0 || left > 0; left /= 26) language += (char)('a' + left % 26);
        return $"{word}-{language}";

        static string Syllable(int number) => $"{Consonants[number % Consonants.Length]}{Vowels[number / Consonants.Length]}";
    }
}
