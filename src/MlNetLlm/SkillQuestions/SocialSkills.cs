using MlNetLlm.Training;
using static MlNetLlm.SkillQuestions.ContentWords;

namespace MlNetLlm.SkillQuestions;

/// <summary>Questions with the structure of social cognition: who holds what true, is meant, wants, or owes.</summary>
internal static class SocialSkills
{
    /// <summary>Words 0 … 3 are roles, words 12 … 15 the pronouns that go with them.</summary>
    private const int Roles = 4;

    private const int Pronouns = 12;

    /// <summary>
    /// False belief: two persons see a thing at a place; one leaves and it is moved; where does this person look? The one who left, where
    /// it was; the other, where it is.
    /// </summary>
    public static SkillItem Belief(RandomStream random, int extra)
    {
        var words = Distinct(random, 4 + extra);
        var (persons, places) = (words[..2], words[2..]);
        var (left, asked) = (persons[random.Next(2)], persons[random.Next(2)]);
        var looks = asked == left ? places[0] : places[^1];
        int[][] phrases = [[persons[0], persons[1], places[0]], .. places[1..].Select(place => new[] { left, place })];
        return new SkillItem(phrases, [asked], looks, Wrong(random, looks, [.. places, .. persons]));
    }

    /// <summary>Pronoun by role: persons with roles; whom does the pronoun of a role mean?</summary>
    public static SkillItem Pronoun(RandomStream random, int extra)
    {
        var persons = Distinct(random, 3 + extra, from: Roles, to: Pronouns);
        var roles = Distinct(random, 3 + extra, to: Roles);
        var meant = random.Next(persons.Length);
        return new SkillItem(
            Pairs(persons, roles), [Pronouns + roles[meant]], persons[meant],
            Wrong(random, persons[meant], persons, from: Roles, to: Pronouns));
    }

    /// <summary>Who prefers what: persons with what they like; who would take this?</summary>
    public static SkillItem Prefer(RandomStream random, int extra)
    {
        var n = 3 + extra;
        var words = Distinct(random, 2 * n);
        var (persons, liked) = (words[..n], words[n..]);
        var asked = random.Next(n);
        return new SkillItem(Pairs(persons, liked), [liked[asked]], persons[asked], Wrong(random, persons[asked], persons));
    }

    /// <summary>
    /// Norm by role: persons with amounts. Word 0 asks who is bound by a promise: the first to speak. Word 1 asks whose turn is fair: the
    /// one with the lowest amount.
    /// </summary>
    public static SkillItem Norm(RandomStream random, int extra)
    {
        var n = 3 + extra;
        var words = Distinct(random, 2 * n, from: 2);
        var (persons, amounts) = (words[..n], words[n..]);
        var norm = random.Next(2);
        var chosen = persons[norm == 0 ? 0 : Array.IndexOf(amounts, amounts.Min())];
        return new SkillItem(Pairs(persons, amounts), [norm], chosen, Wrong(random, chosen, persons, from: 2));
    }
}
