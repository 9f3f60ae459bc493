namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>All that a study measured.</summary>
/// <param name="Options">The study.</param>
/// <param name="Rates">The rates tried and chosen.</param>
/// <param name="Runs">The students.</param>
internal sealed record StudyResult(StudyOptions Options, IReadOnlyList<RateTrials> Rates, IReadOnlyList<ArmRun> Runs)
{
    /// <summary>The students of an arm, by seed.</summary>
    public IReadOnlyDictionary<int, ArmRun> Of(string arm) =>
        Runs.Where(run => run.Arm == arm).ToDictionary(run => run.Seed);
}

/// <summary>The losses of an arm's trials on the curve's text, by rate, and the rate chosen.</summary>
internal sealed record RateTrials(string Arm, IReadOnlyDictionary<string, double> Losses, double Chosen);

/// <summary>All that a run measured.</summary>
/// <param name="Options">The options.</param>
/// <param name="Sizes">The splits.</param>
/// <param name="Teachers">The teacher, and the weaker one where there is one.</param>
/// <param name="Studies">The studies.</param>
/// <param name="Steering">Steering, or null.</param>
internal sealed record ConceptRun(
    ConceptsOptions Options, IReadOnlyList<SplitSize> Sizes, IReadOnlyList<TeacherRun> Teachers, IReadOnlyList<StudyResult> Studies,
    SteeringResult? Steering)
{
    /// <summary>The teacher of a study.</summary>
    public TeacherRun TeacherOf(StudyOptions study) => Teachers[study.WeakTeacher ? 1 : 0];

    /// <summary>The study of a name, or null.</summary>
    public StudyResult? Study(string name) => Studies.FirstOrDefault(study => study.Options.Name == name);
}
