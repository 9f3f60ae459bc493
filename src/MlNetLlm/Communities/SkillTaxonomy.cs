using MlNetLlm.Persistence;

namespace MlNetLlm.Communities;

/// <summary>A cognitive function and the skills that belong to it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Skills">Its skills; each belongs to one function only.</param>
public sealed record CognitiveFunction(string Name, IReadOnlyList<string> Skills);

/// <summary>Which skills there are, and the cognitive function of each.</summary>
public sealed class SkillTaxonomy
{
    private readonly Dictionary<string, int> _functionOf = new(StringComparer.Ordinal);

    /// <summary>Makes a taxonomy.</summary>
    /// <exception cref="ArgumentException">A skill stands twice, or a name is empty.</exception>
    public SkillTaxonomy(IReadOnlyList<CognitiveFunction> functions)
    {
        ArgumentNullException.ThrowIfNull(functions);
        for (var f = 0; f < functions.Count; f++)
        {
            foreach (var skill in functions[f].Skills.Prepend(functions[f].Name).Where(string.IsNullOrWhiteSpace))
                throw new ArgumentException($"Function {f} ('{functions[f].Name}') has the empty name '{skill}'.", nameof(functions));
            foreach (var skill in functions[f].Skills)
            {
                if (!_functionOf.TryAdd(skill, f))
                    throw new ArgumentException($"Skill '{skill}' stands twice in the taxonomy; give it one function.", nameof(functions));
            }
        }

        (Functions, Skills) = (functions, [.. functions.SelectMany(function => function.Skills)]);
    }

    /// <summary>The 53 skills in four functions of Bhandari, Chen and Gao 2025, as their code lists them.</summary>
    /// <remarks>
    /// Their results hold 52: "concept formation" was written with a leading blank and never matched. <see cref="Without"/> leaves it out.
    /// </remarks>
    public static SkillTaxonomy Published { get; } = new(
    [
        new("memory and cognitive process",
        [
            "sustained attention", "selective attention", "divided attention", "vigilance attention", "attention shifting",
            "processing speed", "visual processing speed", "auditory processing speed", "prospective memory", "working memory",
            "episodic memory", "semantic memory", "procedural memory", "iconic memory", "echoic memory", "spatial memory",
        ]),
        new("executive function",
        [
            "planning", "organization", "goal setting", "time management", "problem solving", "mental flexibility", "strategic thinking",
            "adaptability", "impulse control", "decision making", "emotional regulation", "risk assessment", "abstract thinking",
            "reasoning", "concept formation", "cognitive flexibility", "creativity",
        ]),
        new("language",
        [
            "expressive language", "receptive language", "naming", "fluency", "comprehension", "repetition", "reading", "writing",
            "pragmatics", "discourse ability", "linguistic analysis", "narrative skills",
        ]),
        new("social cognition",
        [
            "recognition of social cues", "theory of mind", "empathy", "social judgment", "intercultural competence",
            "conflict resolution", "self awareness", "relationship management",
        ]),
    ]);

    /// <summary>The functions with their skills.</summary>
    public IReadOnlyList<CognitiveFunction> Functions { get; }

    /// <summary>All skills, function by function.</summary>
    public IReadOnlyList<string> Skills { get; }

    /// <summary>Whether a skill is listed, by its exact name.</summary>
    public bool Contains(string skill) => _functionOf.ContainsKey(skill);

    /// <summary>The function of a skill.</summary>
    /// <exception cref="ArgumentException">The skill is not listed; the message names the nearest one that is.</exception>
    public CognitiveFunction FunctionOf(string skill)
    {
        if (_functionOf.TryGetValue(skill, out var function))
            return Functions[function];
        var hint = Nearest.To(skill, Skills) is { } near ? $" Did you mean '{near}'?" : "";
        throw new ArgumentException($"Skill '{skill}' is not in the taxonomy of {Skills.Count} skills.{hint}", nameof(skill));
    }

    /// <summary>The partition of skills by their function.</summary>
    public Partition ByFunction(IEnumerable<string> skills) => Partition.Of(skills.Select(skill => FunctionOf(skill).Name));

    /// <summary>The same taxonomy without some skills.</summary>
    public SkillTaxonomy Without(params IReadOnlyCollection<string> skills)
        => new([.. Functions.Select(function => function with { Skills = [.. function.Skills.Where(skill => !skills.Contains(skill))] })]);
}
