using MlNetLlm.Training;

namespace MlNetLlm.SkillQuestions;

/// <summary>A skill's share of a data set.</summary>
/// <param name="Skill">The skill.</param>
/// <param name="Share">Its share of the questions; above 0, all of a set together 1.</param>
public sealed record SkillShare(Skill Skill, double Share);

/// <summary>A data set of multiple-choice questions whose skills are known exactly.</summary>
public sealed record SkillSet
{
    /// <summary>Skill and surface, such as recall-list; or both skills of a mixed set.</summary>
    public required string Name { get; init; }

    /// <summary>The skills it needs: one, or two in a mixed set.</summary>
    public required IReadOnlyList<SkillShare> Skills { get; init; }

    /// <summary>How its questions are worded.</summary>
    public required SkillSurface Surface { get; init; }

    /// <summary>By how many phrases its questions are longer than the usual ones.</summary>
    /// <value>0.</value>
    public int Longer { get; init; }

    /// <summary>The skill with the largest share.</summary>
    public Skill Main => Skills.MaxBy(part => part.Share)!.Skill;

    /// <summary>What its answers are.</summary>
    /// <value>Letters.</value>
    public AnswerForm Form { get; init; }

    /// <summary>32 sets: every skill on both surfaces.</summary>
    public static IReadOnlyList<SkillSet> Pure { get; } =
        [.. Skill.All.SelectMany(skill => new[] { Of(skill, SkillSurface.List), Of(skill, SkillSurface.Template) })];

    /// <summary>
    /// Eight sets of two skills of different functions, 70 to 30 in questions: every skill stands in one of them.
    /// </summary>
    public static IReadOnlyList<SkillSet> Mixed { get; } = [.. Enumerable.Range(0, 8).Select(MixedSet)];

    /// <summary>A skill's set.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="surface">How it is worded.</param>
    /// <param name="longer">By how many phrases its questions are longer; 0 or 1.</param>
    public static SkillSet Of(Skill skill, SkillSurface surface, int longer = 0)
    {
        ArgumentNullException.ThrowIfNull(skill);
        ArgumentOutOfRangeException.ThrowIfNegative(longer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(longer, 1);
        var name = $"{skill.Name}-{surface.ToString().ToLowerInvariant()}{(longer > 0 ? "-longer" : "")}";
        return new SkillSet { Name = name, Skills = [new(skill, 1)], Surface = surface, Longer = longer };
    }

    /// <summary>Draws questions: any two of a split differ, and the right answers are spread evenly over the four letters.</summary>
    /// <param name="split">Which contents to draw from.</param>
    /// <param name="seed">Of the draws.</param>
    /// <returns>As many as are asked for. The same seed gives the same.</returns>
    public IEnumerable<SkillQuestion> Draw(QuestionSplit split, long seed)
    {
        var random = new RandomStream(seed, $"questions/{Name}/{split}");
        var (seen, places) = (new HashSet<string>(StringComparer.Ordinal), new[] { 0, 1, 2, 3 });
        for (var count = 0; ; count++)
        {
            if (count % places.Length == 0) random.Shuffle(places.AsSpan());
            var skill = Next(random);
            SkillQuestion question;
            do
            {
                var item = skill.Draw(random, Longer);
                if (QuestionContent.SplitOf(skill, item) != split) continue;
                question = Word(skill, item, places[count % places.Length]);
                if (seen.Add(question.Prompt)) { yield return question; break; }
            }
            while (true);
        }
    }

    private SkillQuestion Word(Skill skill, SkillItem item, int place)
    {
        List<int> choices = [.. item.Others];
        choices.Insert(place, item.Answer);
        return new SkillQuestion(
            Name, skill, Surface, SkillQuestion.Write(skill, item, Surface, choices, Form),
            [.. choices.Select(word => SkillVocabulary.Content[word])], place, Form);
    }

    private Skill Next(RandomStream random)
    {
        var (at, sum) = (random.NextDouble(), 0.0);
        return (Skills.FirstOrDefault(part => (sum += part.Share) > at) ?? Skills[^1]).Skill;
    }

    private static SkillSet MixedSet(int number)
    {
        // Set i joins skill i of the list's four functions, counted across, with one of the next function.
        var function = number % 4;
        var (main, second) = (Skill.All[4 * function + number / 4], Skill.All[4 * ((function + 1) % 4) + 2 + number / 4]);
        return new SkillSet
        {
            Name = $"{main.Name}-{second.Name}",
            Skills = [new(main, 0.7), new(second, 0.3)],
            Surface = number % 2 == 0 ? SkillSurface.List : SkillSurface.Template,
        };
    }
}
