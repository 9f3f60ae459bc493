using MlNetLlm.Data.SyntheticLanguages;

namespace MlNetLlm.Tests.Data.SyntheticLanguages;

/// <summary>
/// Reads blocks of the order with all switches off from left to right, knowing nothing of how they were made: which noun or pronoun a
/// word must agree with follows from where it stands.
/// </summary>
internal static class SlowGrammar
{
    /// <summary>Whether a word fits the head of its phrase or its verb's subject; null where the block ends before the head.</summary>
    public static IEnumerable<(int At, bool? Fits)> Agreement(IReadOnlyList<SyntheticWord> words)
    {
        SyntheticWord? subject = null;
        var seenVerb = false;
        for (var at = 0; at < words.Count; at++)
        {
            var word = words[at];
            switch (word.Tag)
            {
                case SyntheticTag.Punctuation:
                    (subject, seenVerb) = (null, false);
                    break;
                case SyntheticTag.Noun or SyntheticTag.Pronoun when !seenVerb:
                    subject = word;
                    break;
                case SyntheticTag.Verb:
                    seenVerb = true;
                    yield return (at, word.Number == subject!.Number);
                    break;
                case SyntheticTag.Determiner or SyntheticTag.Adjective:
                    var noun = words.Skip(at).FirstOrDefault(later => later.Tag == SyntheticTag.Noun);
                    yield return (at, noun is null ? null : word.Gender == noun.Gender && (word.Number ?? noun.Number) == noun.Number);
                    break;
            }
        }
    }
}
