using MlNetLlm.Communities;
using MlNetLlm.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.SkillQuestions;

/// <summary>One of sixteen skills in four functions, with a source of questions that need it and no other.</summary>
/// <param name="Name">Its name, which is also its instruction word.</param>
/// <param name="Function">The cognitive function it stands for. Those of social cognition are analogues of structure only.</param>
/// <param name="Draw">
/// Draws what a question is about. The number says by how many phrases it is longer than in training; 0 or 1.
/// </param>
public sealed record Skill(string Name, string Function, Func<RandomStream, int, SkillItem> Draw)
{
    /// <summary>Memory.</summary>
    public const string Memory = "memory";

    /// <summary>Executive function.</summary>
    public const string Executive = "executive function";

    /// <summary>Language.</summary>
    public const string Language = "language";

    /// <summary>Social cognition.</summary>
    public const string Social = "social cognition";

    /// <summary>The skills, four of each function, function by function.</summary>
    public static IReadOnlyList<Skill> All { get; } =
    [
        new("recall", Memory, MemorySkills.Recall),
        new("back", Memory, MemorySkills.Back),
        new("place", Memory, MemorySkills.Place),
        new("fact", Memory, MemorySkills.Fact),
        new("sum", Executive, ExecutiveSkills.Sum),
        new("most", Executive, ExecutiveSkills.Most),
        new("order", Executive, ExecutiveSkills.Order),
        new("step", Executive, ExecutiveSkills.Step),
        new("bracket", Language, LanguageSkills.Bracket),
        new("agree", Language, LanguageSkills.Agree),
        new("suffix", Language, LanguageSkills.Suffix),
        new("negate", Language, LanguageSkills.Negate),
        new("belief", Social, SocialSkills.Belief),
        new("pronoun", Social, SocialSkills.Pronoun),
        new("prefer", Social, SocialSkills.Prefer),
        new("norm", Social, SocialSkills.Norm),
    ];

    /// <summary>The skills with their functions.</summary>
    public static SkillTaxonomy Taxonomy { get; } = new(
    [
        .. All.GroupBy(skill => skill.Function)
            .Select(function => new CognitiveFunction(function.Key, [.. function.Select(skill => skill.Name)])),
    ]);

    /// <summary>The skill of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the nearest name is given.</exception>
    public static Skill Find(string name) => All.FirstOrDefault(skill => skill.Name == name) ?? throw new ArgumentException(
        $"Unknown skill '{name}'." + (Nearest.To(name, [.. All.Select(skill => skill.Name)]) is { } near ? $" Did you mean '{near}'?" : "")
        + $" Known: {string.Join(", ", All.Select(skill => skill.Name))}.", nameof(name));
}
