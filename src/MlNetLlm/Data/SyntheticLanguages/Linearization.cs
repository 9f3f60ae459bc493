namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>Puts sentences into the order of a language, and notes who agrees with whom.</summary>
internal static class Linearization
{
    /// <summary>Adds a sentence to the end of a block.</summary>
    public static void Add(SyntheticSentence sentence, WordOrder order, List<PlacedWord> block)
    {
        var subject = Add(sentence.Subject, order, block);
        if (sentence.Adverb is { } adverb) Plain(adverb, block);
        if (order.ObjectBeforeVerb && sentence.Object is { } before) Add(before, order, block);
        block.Add(new PlacedWord(sentence.Verb, subject, true));
        if (!order.ObjectBeforeVerb && sentence.Object is { } after) Add(after, order, block);
        if (sentence.Place is { } place)
        {
            if (!order.Postpositions) Plain(sentence.Adposition!, block);
            Add(place, order, block);
            if (order.Postpositions) Plain(sentence.Adposition!, block);
        }
        Plain(sentence.Punctuation, block);
    }

    // Returns the place of the phrase's head.
    private static int Add(NounPhrase phrase, WordOrder order, List<PlacedWord> block)
    {
        var (early, late) = (new List<SyntheticWord>(2), new List<SyntheticWord>(2));
        if (phrase.Determiner is { } first && !order.DeterminerAfterNoun) early.Add(first);
        if (phrase.Adjective is { } adjective) (order.AdjectiveAfterNoun ? late : early).Add(adjective);
        if (phrase.Determiner is { } last && order.DeterminerAfterNoun) late.Add(last);
        var head = block.Count + early.Count;
        foreach (var word in early) block.Add(new PlacedWord(word, head, true));
        Plain(phrase.Head, block);
        foreach (var word in late) block.Add(new PlacedWord(word, head, true));
        return head;
    }

    private static void Plain(SyntheticWord word, List<PlacedWord> block) => block.Add(new PlacedWord(word, null, null));
}
