using MlNetLlm.Training;

namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>A sentence before it is put into an order: the same draws give the same sentence in every language.</summary>
internal sealed record SyntheticSentence(
    NounPhrase Subject, SyntheticWord? Adverb, SyntheticWord Verb, NounPhrase? Object, SyntheticWord? Adposition, NounPhrase? Place,
    SyntheticWord Punctuation)
{
    /// <summary>Share of noun phrases that are a pronoun.</summary>
    public const double PronounShare = 0.15;

    /// <summary>Share of nouns that have an adjective.</summary>
    public const double AdjectiveShare = 0.4;

    /// <summary>Share of sentences with an adverb.</summary>
    public const double AdverbShare = 0.3;

    /// <summary>Share of verbs that take an object.</summary>
    public const double ObjectShare = 0.6;

    /// <summary>Share of sentences with an adpositional phrase.</summary>
    public const double PlaceShare = 0.35;

    /// <summary>Share of nouns and pronouns in the plural.</summary>
    public const double PluralShare = 0.5;

    /// <summary>Draws a sentence on a topic. Words that could stand in one place have frequencies 1, 1/2, 1/3 … (Zipf).</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="rotation">By how many places the ranks of frequency are shifted among such words.</param>
    /// <param name="random">Draws.</param>
    public static SyntheticSentence Draw(int topic, int rotation, RandomStream random)
    {
        var subject = Phrase(topic, rotation, random);
        var adverb = random.NextDouble() < AdverbShare ? Pick(SyntheticLexicon.Choices(SyntheticTag.Adverb), rotation, random) : null;
        var takesObject = random.NextDouble() < ObjectShare;
        var verb = Pick(SyntheticLexicon.Choices(SyntheticTag.Verb, topic, null, subject.Head.Number, takesObject), rotation, random);
        var obj = takesObject ? Phrase(topic, rotation, random) : null;
        var (adposition, place) = random.NextDouble() < PlaceShare
            ? (Pick(SyntheticLexicon.Choices(SyntheticTag.Adposition), rotation, random), Phrase(topic, rotation, random))
            : (null, null);
        var mark = Pick(SyntheticLexicon.Choices(SyntheticTag.Punctuation), rotation, random);
        return new SyntheticSentence(subject, adverb, verb, obj, adposition, place, mark);
    }

    private static NounPhrase Phrase(int topic, int rotation, RandomStream random)
    {
        var isPronoun = random.NextDouble() < PronounShare;
        var number = random.NextDouble() < PluralShare ? 1 : 0;
        if (isPronoun)
            return new NounPhrase(Pick(SyntheticLexicon.Choices(SyntheticTag.Pronoun, number: number), rotation, random), null, null);
        var noun = Pick(SyntheticLexicon.Choices(SyntheticTag.Noun, topic, null, number), rotation, random);
        var determiner = Pick(SyntheticLexicon.Choices(SyntheticTag.Determiner, null, noun.Gender, number), rotation, random);
        var adjective = random.NextDouble() < AdjectiveShare
            ? Pick(SyntheticLexicon.Choices(SyntheticTag.Adjective, topic, noun.Gender), rotation, random)
            : null;
        return new NounPhrase(noun, determiner, adjective);
    }

    private static SyntheticWord Pick(IReadOnlyList<SyntheticWord> choices, int rotation, RandomStream random)
    {
        var n = choices.Count;
        var left = random.NextDouble() * Enumerable.Range(1, n).Sum(rank => 1.0 / rank);
        for (var rank = 1; rank < n; rank++)
            if ((left -= 1.0 / rank) < 0) return choices[(rank - 1 + rotation) % n];
        return choices[(n - 1 + rotation) % n];
    }
}
