namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>
/// The 128 word forms: determiners 2 x gender 2 x number 2; nouns 4 topics x 5 x number 2, each of one gender; adjectives 4 topics x 2 x
/// gender 2; verbs 4 topics x 3 x with or without object 2 x number 2; 6 adverbs; 4 adpositions; pronouns 2 x number 2; 2 marks.
/// </summary>
public static class SyntheticLexicon
{
    /// <summary>Topics a block can have.</summary>
    public const int Topics = 4;

    /// <summary>All word forms, by index.</summary>
    public static IReadOnlyList<SyntheticWord> Words { get; } = [.. All().Select((word, index) => word with { Index = index })];

    private static readonly Dictionary<(SyntheticTag, int?, int?, int?, bool?), SyntheticWord[]> _choices = Words
        .GroupBy(word => (word.Tag, word.Topic, ChosenGender(word), word.Number, word.TakesObject))
        .ToDictionary(group => group.Key, group => group.OrderBy(word => word.Stem).ToArray());

    /// <summary>The words that can stand in one place, by stem.</summary>
    internal static IReadOnlyList<SyntheticWord> Choices(
        SyntheticTag tag, int? topic = null, int? gender = null, int? number = null, bool? takesObject = null) =>
        _choices[(tag, topic, gender, number, takesObject)];

    /// <summary>The same word in a form that does not fit what it agrees with; of a determiner's, the one that differs in gender or
    /// the one that differs in number.</summary>
    internal static SyntheticWord Misfit(SyntheticWord word, bool inNumber) => word.Tag switch
    {
        SyntheticTag.Verb => Choices(word.Tag, word.Topic, null, 1 - word.Number, word.TakesObject)[word.Stem],
        SyntheticTag.Adjective => Choices(word.Tag, word.Topic, 1 - word.Gender)[word.Stem],
        SyntheticTag.Determiner when inNumber => Choices(word.Tag, null, word.Gender, 1 - word.Number)[word.Stem],
        SyntheticTag.Determiner => Choices(word.Tag, null, 1 - word.Gender, word.Number)[word.Stem],
        _ => throw new ArgumentException($"A {word.Tag} agrees with nothing.", nameof(word)),
    };

    // A noun is chosen among all of its topic and brings its gender along; a determiner or adjective is chosen to fit one.
    private static int? ChosenGender(SyntheticWord word) => word.Tag == SyntheticTag.Noun ? null : word.Gender;

    private static IEnumerable<SyntheticWord> All()
    {
        foreach (var (stem, gender, number) in Forms(2, 2, 2))
            yield return new(0, SyntheticTag.Determiner, stem, null, gender, number, null);
        for (var topic = 0; topic < Topics; topic++)
            foreach (var (stem, number, _) in Forms(5, 2, 1))
                yield return new(0, SyntheticTag.Noun, stem, topic, (topic + stem) % 2, number, null);
        for (var topic = 0; topic < Topics; topic++)
            foreach (var (stem, gender, _) in Forms(2, 2, 1))
                yield return new(0, SyntheticTag.Adjective, stem, topic, gender, null, null);
        for (var topic = 0; topic < Topics; topic++)
            foreach (var (stem, number, takesObject) in Forms(3, 2, 2))
                yield return new(0, SyntheticTag.Verb, stem, topic, null, number, takesObject == 1);
        for (var stem = 0; stem < 6; stem++) yield return new(0, SyntheticTag.Adverb, stem, null, null, null, null);
        for (var stem = 0; stem < 4; stem++) yield return new(0, SyntheticTag.Adposition, stem, null, null, null, null);
        foreach (var (stem, number, _) in Forms(2, 2, 1)) yield return new(0, SyntheticTag.Pronoun, stem, null, null, number, null);
        for (var stem = 0; stem < 2; stem++) yield return new(0, SyntheticTag.Punctuation, stem, null, null, null, null);
    }

    private static IEnumerable<(int, int, int)> Forms(int a, int b, int c) =>
        from i in Enumerable.Range(0, a) from j in Enumerable.Range(0, b) from k in Enumerable.Range(0, c) select (i, j, k);
}
