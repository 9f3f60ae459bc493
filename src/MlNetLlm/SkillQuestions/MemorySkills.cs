using MlNetLlm.Training;
using static MlNetLlm.SkillQuestions.ContentWords;

namespace MlNetLlm.SkillQuestions;

/// <summary>Questions of memory: what was said stays as it was.</summary>
internal static class MemorySkills
{
    /// <summary>Key–value recall: pairs; which word went with this one?</summary>
    public static SkillItem Recall(RandomStream random, int extra)
    {
        var n = 3 + extra;
        var words = Distinct(random, 2 * n);
        var (keys, values) = (words[..n], words[n..]);
        var asked = random.Next(n);
        return new SkillItem(Pairs(keys, values), [keys[asked]], values[asked], Wrong(random, values[asked], values));
    }

    /// <summary>The k-th item back: words, and word number k asks for the k-th from the end, counted from 0.</summary>
    public static SkillItem Back(RandomStream random, int extra)
    {
        var words = Distinct(random, 4 + extra);
        var k = random.Next(4);
        return new SkillItem(Singles(words), [k], words[^(k + 1)], Wrong(random, words[^(k + 1)], words));
    }

    /// <summary>Last location among distractors: two things move; where was this one last?</summary>
    public static SkillItem Place(RandomStream random, int extra)
    {
        var words = Distinct(random, 5 + extra);
        var (thing, other, places) = (words[0], words[1], words[2..]);
        int[] moved = [.. Enumerable.Repeat(other, 1 + extra), thing, thing];
        random.Shuffle(moved.AsSpan());
        var last = places[Array.LastIndexOf(moved, thing)];
        return new SkillItem(Pairs(moved, places), [thing], last, Wrong(random, last, places));
    }

    /// <summary>A fixed table of facts that no question tells: <see cref="FactOf"/> of a word; other words stand around.</summary>
    public static SkillItem Fact(RandomStream random, int extra)
    {
        var word = random.Next(Count);
        return new SkillItem(
            Singles(Distinct(random, 2 + extra, except: word)), [word], FactOf(word), Wrong(random, FactOf(word), []));
    }

    /// <summary>The fact about a word: 5 w + 3 modulo 16, which reaches every word once.</summary>
    public static int FactOf(int word) => (5 * word + 3) % Count;
}
