using MlNetLlm.Training;
using static MlNetLlm.SkillQuestions.ContentWords;

namespace MlNetLlm.SkillQuestions;

/// <summary>Questions of language: forms that go together by rule.</summary>
internal static class LanguageSkills
{
    /// <summary>The word that turns the next one round.</summary>
    private const int Not = 0;

    /// <summary>Bracket closing: words 0 … 3 open, words 4 … 7 close; which one closes what stands open last?</summary>
    public static SkillItem Bracket(RandomStream random, int extra)
    {
        while (true)
        {
            var (open, words) = (new Stack<int>(), new List<int>());
            while (words.Count < 5 + extra)
            {
                var close = open.Count > 0 && random.Next(5) < 2;
                if (!close) open.Push(random.Next(4));
                words.Add(close ? open.Pop() + 4 : open.Peek());
            }

            if (open.Count == 0 || words.Max() < 4) continue;                    // something must stand open, something be closed
            return new SkillItem(Singles(words), [], open.Peek() + 4, Wrong(random, open.Peek() + 4, [4, 5, 6, 7]));
        }
    }

    /// <summary>Agreement past an attractor: the answer is of the first word's class (number modulo 4), not of the later ones'.</summary>
    public static SkillItem Agree(RandomStream random, int extra)
    {
        var subject = random.Next(Count);
        int[] attractors = [.. Enumerable.Range(0, 1 + extra).Select(_ => OfClass(random, OtherClass(random, subject), subject))];
        int[] forms = [.. Enumerable.Range(0, 4).Select(c => OfClass(random, c, [subject, .. attractors]))];
        var answer = forms[subject % 4];
        return new SkillItem(Singles([subject, .. attractors]), [], answer, Wrong(random, answer, forms));
    }

    /// <summary>Suffix rule by word class: four classes (number over 4), two forms, one of words 8 … 15 for each of both.</summary>
    public static SkillItem Suffix(RandomStream random, int extra)
    {
        var (word, form) = (random.Next(Count), random.Next(2));
        var suffix = 8 + 2 * (word / 4) + form;
        return new SkillItem(
            Singles([word, .. Distinct(random, 1 + extra, except: word)]), [form], suffix, Wrong(random, suffix, [], from: 8));
    }

    /// <summary>Negation scope: one word is turned round, another twice, which leaves it as it was; which one is not?</summary>
    public static SkillItem Negate(RandomStream random, int extra)
    {
        var words = Distinct(random, 4 + extra, except: Not);
        var marks = Distinct(random, 2, to: words.Length);                       // places of the negated and the twice negated word
        IReadOnlyList<int>[] phrases = [.. words.Select((word, i) => i == marks[0] ? new[] { Not, word }
            : i == marks[1] ? [Not, Not, word] : [word])];
        return new SkillItem(phrases, [], words[marks[0]], Wrong(random, words[marks[0]], words));
    }

    private static int OtherClass(RandomStream random, int subject) => (subject + 1 + random.Next(3)) % 4;

    private static int OfClass(RandomStream random, int wordClass, params IReadOnlyCollection<int> except)
    {
        int[] members = [.. Enumerable.Range(0, Count).Where(word => word % 4 == wordClass).Except(except)];
        return members[random.Next(members.Length)];
    }
}
