using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>What the experiment does, and the rules of its verdicts.</summary>
public sealed record ConceptsOptions
{
    /// <summary>The text and its splits.</summary>
    public TextOptions Text { get; init; } = new();

    /// <summary>The teacher.</summary>
    public TeacherOptions Teacher { get; init; } = new();

    /// <summary>The teacher's sparse autoencoder, and the gates it must pass.</summary>
    public AutoencoderOptions Autoencoder { get; init; } = new();

    /// <summary>A second teacher, weaker than the students of the studies that name it, on the same vocabulary; null = none.</summary>
    public WeakTeacherOptions? WeakTeacher { get; init; }

    /// <summary>The parts in which students are trained, in the order they run; the first one is the main grid.</summary>
    public required IReadOnlyList<StudyOptions> Studies { get; init; }

    /// <summary>Questions that stand in for public benchmarks.</summary>
    public ProxyOptions Proxies { get; init; } = new();

    /// <summary>Steering; null = none.</summary>
    public SteeringOptions? Steering { get; init; }

    /// <summary>The claims and the rules of their verdicts.</summary>
    public required IReadOnlyList<ConceptClaimOptions> Claims { get; init; }

    internal ConceptsOptions Validated()
    {
        OptionFaults.Refuse("'concepts'", Faults(), StageFaults);
        return this;
    }

    /// <summary>The autoencoder of a study's teacher.</summary>
    internal AutoencoderOptions AutoencoderOf(StudyOptions study) =>
        study.WeakTeacher && WeakTeacher is { } weak ? weak.Autoencoder : Autoencoder;

    private IEnumerable<string> Faults()
    {
        foreach (var fault in Text.Faults().Concat(Teacher.Faults()).Concat(Autoencoder.Faults(Teacher))
            .Concat(WeakTeacher?.Faults() ?? []).Concat(Proxies.Faults(Text))
            .Concat(Steering?.Faults(Text) ?? [])) yield return fault;
        if (Studies.Count == 0) yield return "Studies is empty; expected one or more.";
        foreach (var same in Studies.GroupBy(study => study.Name).Where(group => group.Count() > 1))
            yield return $"Two studies are called '{same.Key}'; names must differ.";
        for (var i = 0; i < Studies.Count; i++)
            foreach (var fault in Studies[i].Faults(
                [.. Studies.Take(i)], AutoencoderOf(Studies[i]), WeakTeacher is not null))
                yield return $"Study '{Studies[i].Name}': {fault}";
        foreach (var claim in Claims.Where(claim => !Endpoints.Known.ContainsKey(claim.Endpoint)))
            yield return $"Claim {claim.Id} has the endpoint '{claim.Endpoint}'. Known: {string.Join(", ", Endpoints.Known.Keys)}.";
    }

    private IEnumerable<string> StageFaults() =>
    [
        .. TeacherFaults("Teacher", Teacher, Autoencoder),
        .. WeakTeacher is { } weak ? TeacherFaults("WeakTeacher", weak.Teacher, weak.Autoencoder) : [],
        .. Studies.SelectMany(study => OptionFaults.In($"Study '{study.Name}'", StudyFaults(study))),
    ];

    private IEnumerable<string> TeacherFaults(string name, TeacherOptions teacher, AutoencoderOptions autoencoder) =>
    [
        .. teacher.Folder is null ? OptionFaults.In($"{name}.Training", StageOptions.TeacherTraining(teacher, Text).Faults()) : [],
        .. OptionFaults.In($"{name}'s autoencoder", StageOptions.Autoencoder(autoencoder, teacher, teacher.Shape.Width).Faults()),
    ];

    private IEnumerable<string> StudyFaults(StudyOptions study)
    {
        var (teacher, autoencoder) = (study.WeakTeacher ? WeakTeacher!.Teacher : Teacher, AutoencoderOf(study));
        return study.Arms.SelectMany(arm => study.LearningRates.SelectMany(rate => StageOptions
            .StudentTraining(study, arm, Text, teacher.Layer, autoencoder.Latents).For(study, study.Training.Tokens, rate).Faults()));
    }
}

/// <summary>A claim, the study it is judged on and what is measured there, seed by seed.</summary>
/// <param name="Study">The study's name; where a preset has no such study, the claim is not testable.</param>
/// <param name="Endpoint">The quantity, by the names of <see cref="Endpoints"/>.</param>
/// <param name="Gated">Whether it says nothing where the autoencoder failed a gate.</param>
public sealed record ConceptClaimOptions(
    string Id, string Source, string Statement, string Study, string Endpoint, Runs.ClaimRule Rule, bool Gated = true)
    : ClaimOptions(Id, Source, Statement, Rule);
