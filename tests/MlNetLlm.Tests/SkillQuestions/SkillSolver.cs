namespace MlNetLlm.Tests.SkillQuestions;

/// <summary>Answers questions from their text alone, by other ways than the generators take.</summary>
internal static class SkillSolver
{
    private static readonly string[] _content = "ba be bi bo da de di do ga ge gi go ka ke ki ko".Split(' ');

    /// <summary>The right choice.</summary>
    public static string Solve(string prompt)
    {
        var words = prompt.Split(' ');
        var (query, choices) = (Array.IndexOf(words, "?"), Array.IndexOf(words, ";"));
        var told = Content(words[1..choices]);
        var options = Content(words[(choices + 1)..query]);
        var asked = Content(words[(query + 1)..^1]);
        Assert.That(words[^1], Is.EqualTo("="));
        Assert.That(options, Is.Unique.And.Length.EqualTo(4));
        var answer = Answer(words[0], told, asked, options);
        Assert.That(options, Does.Contain(answer));
        return _content[answer];
    }

    private static int[] Content(string[] words) => [.. words.Select(word => Array.IndexOf(_content, word)).Where(word => word >= 0)];

    private static int Answer(string skill, int[] told, int[] asked, int[] options) => skill switch
    {
        "recall" => told.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1])[asked[0]],
        "back" => told.Reverse().ElementAt(asked[0]),
        "place" => told.Chunk(2).Last(pair => pair[0] == asked[0])[1],
        "fact" => new[] { 3, 8, 13, 2, 7, 12, 1, 6, 11, 0, 5, 10, 15, 4, 9, 14 }[asked[0]],
        "sum" => (int)(told.Aggregate(0L, (sum, term) => sum + term) & 7),
        "most" => options.Order().Last(told.Contains),
        "order" => told.Chunk(2).Select(pair => pair[0]).Single(word => told.Chunk(2).All(pair => pair[1] != word)),
        "step" => Cell(told),
        "bracket" => Unclosed(told) + 4,
        "agree" => options.Single(word => (word - told[0]) % 4 == 0),
        "suffix" => 8 + (told[0] >> 2 << 1 | asked[0]),
        "negate" => Negated(told),
        "belief" => asked[0] == told[3] ? told[2] : told[^1],
        "pronoun" => told.Chunk(2).Single(pair => pair[1] == asked[0] - 12)[0],
        "prefer" => told.Chunk(2).Single(pair => pair[1] == asked[0])[0],
        "norm" => asked[0] == 0 ? told[0] : told.Chunk(2).OrderBy(pair => pair[1]).First()[0],
        _ => throw new ArgumentException($"No solver for '{skill}'."),
    };

    private static int Cell(int[] moves)
    {
        var east = moves.Count(move => move == 0) - moves.Count(move => move == 2);
        var north = moves.Count(move => move == 1) - moves.Count(move => move == 3);
        return ((east + 4 * moves.Length) % 4) + 4 * ((north + 4 * moves.Length) % 4);
    }

    // Takes neighbouring pairs out until none is left.
    private static int Unclosed(int[] brackets)
    {
        var left = brackets.ToList();
        for (var i = 1; i < left.Count; i++)
        {
            if (left[i] != left[i - 1] + 4 || left[i - 1] > 3) continue;
            left.RemoveRange(i - 1, 2);
            i = 0;
        }
        Assert.That(left, Is.Not.Empty.And.All.LessThan(4), "what stands open is opened, not closed");
        return left[^1];
    }

    private static int Negated(int[] words)
    {
        var runs = new Dictionary<int, int>();
        var nots = 0;
        foreach (var word in words)
        {
            if (word == 0) nots++;
            else (runs[word], nots) = (nots, 0);
        }
        return runs.Single(run => run.Value % 2 == 1).Key;
    }
}
