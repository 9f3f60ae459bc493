using MlNetLlm.Training;

namespace MlNetLlm.SkillQuestions;

/// <summary>Draws content words, which are numbers below <see cref="Count"/> here.</summary>
internal static class ContentWords
{
    /// <summary>How many content words there are; all skills use the same ones.</summary>
    public const int Count = 16;

    /// <summary>Different words in random order.</summary>
    public static int[] Distinct(RandomStream random, int count, int from = 0, int to = Count, params IReadOnlyCollection<int> except)
    {
        int[] pool = [.. Enumerable.Range(from, to - from).Except(except)];
        random.Shuffle(pool.AsSpan());
        return pool[..count];
    }

    /// <summary>Three wrong answers: of the likely ones as many as there are, then any others between the bounds.</summary>
    public static int[] Wrong(RandomStream random, int answer, IEnumerable<int> likely, int from = 0, int to = Count)
    {
        int[] first = [.. likely.Where(word => word != answer).Distinct()];
        random.Shuffle(first.AsSpan());
        return [.. first.Concat(Distinct(random, Math.Max(0, 3 - first.Length), from, to, [answer, .. first])).Take(3)];
    }

    /// <summary>Each word a phrase of its own.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Singles(IEnumerable<int> words) => [.. words.Select(word => new[] { word })];

    /// <summary>Phrases of two words, pairwise.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Pairs(IEnumerable<int> first, IEnumerable<int> second)
        => [.. first.Zip(second, (a, b) => new[] { a, b })];
}
