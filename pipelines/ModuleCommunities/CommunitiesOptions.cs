using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>What the experiment does, and the rules of its verdicts.</summary>
public sealed record CommunitiesOptions
{
    /// <summary>The dense models.</summary>
    public ModelOptions Model { get; init; } = new();

    /// <summary>Seeds of the dense models: they stand for the three published ones.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1, 2, 3];

    /// <summary>A larger dense model, one seed; null = none.</summary>
    public ModelOptions? Larger { get; init; }

    /// <summary>The positive control.</summary>
    public ModularOptions Modular { get; init; } = new();

    /// <summary>The generated questions.</summary>
    public QuestionOptions Questions { get; init; } = new();

    /// <summary>Importances, networks, tests.</summary>
    public NetworkOptions Network { get; init; } = new();

    /// <summary>Fine-tuning and recovery; null = none.</summary>
    public TuningOptions? Tuning { get; init; }

    /// <summary>Public benchmarks; null = none.</summary>
    public RealOptions? Real { get; init; }

    /// <summary>
    /// Folders of models made elsewhere, which are studied on the public benchmarks in place of trained models on generated questions.
    /// </summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Where models train, answer and are measured: "cpu", "cuda" or "cuda:0".</summary>
    /// <value>"cpu".</value>
    public string Device { get; init; } = "cpu";

    /// <summary>Resamples of the bootstraps.</summary>
    public int BootstrapResamples { get; init; } = 10_000;

    /// <summary>The claims and the rules of their verdicts.</summary>
    public required IReadOnlyList<ClaimOptions> Claims { get; init; }

    internal CommunitiesOptions Validated()
    {
        OptionFaults.Refuse("'communities'", Faults(), StageFaults);
        return this;
    }

    private IEnumerable<string> Faults()
    {
        foreach (var fault in Model.Faults("Model").Concat(Larger?.Faults("Larger") ?? []).Concat(Network.Faults())
            .Concat(Tuning?.Faults() ?? [])) yield return fault;
        if (Seeds.Count == 0) yield return "Seeds is empty; expected one or more.";
        if (Modular.SkipProbabilities.Any(q => !(q is >= 0 and <= 1))) yield return "Modular.SkipProbabilities are 0 to 1.";
        if (Modular.Steps < 0) yield return $"Modular.Steps is {Modular.Steps}; expected 0 or more.";
        if (Modular.SkipProbabilities.Count > 0 && Modular.Seeds.Count == 0) yield return "Modular.Seeds is empty; expected one or more.";
        foreach (var skill in Questions.Skills.Where(name => Skill.All.All(skill => skill.Name != name)))
            yield return $"Questions.Skills has '{skill}'. Known: {string.Join(", ", Skill.All.Select(s => s.Name))}.";
        if (Questions.Mixed && Questions.Skills.Count > 0) yield return "Questions.Mixed needs all skills; leave Skills empty.";
        if (Questions.Validation < Network.QuestionsRead)
            yield return $"Questions.Validation is {Questions.Validation}; calibration, pruning and ablation read up to "
                + $"{Network.QuestionsRead} of them.";
        if (Folders.Count > 0 && Real?.Labels is null) yield return "Folders are given; they need Real with Labels.";
        foreach (var id in Claims.Select(claim => claim.Id).Where(id => !Endpoints.Known.ContainsKey(id[(id.IndexOf('.') + 1)..])))
            yield return $"Claim {id} is none of {string.Join(", ", Endpoints.Known.Keys)}.";
    }

    // A regime's modules are found on the way; how it trains does not depend on them.
    private IEnumerable<string> StageFaults() =>
    [
        .. OptionFaults.In("Model", SubjectFaults(Model)), .. Larger is { } larger ? OptionFaults.In("Larger", SubjectFaults(larger)) : [],
        .. (Tuning?.LearningRates ?? []).SelectMany(rate =>
            OptionFaults.In("Tuning", SubjectTraining.Tuning(Tuning!, ModuleRegime.All, rate, Device).Faults())),
    ];

    private IEnumerable<string> SubjectFaults(ModelOptions model) =>
    [
        .. OptionFaults.Of(() => SubjectTraining.Shape(model, model.Layers).Validated()),
        .. SubjectTraining.Training(model, model.Steps, Device).Faults(),
    ];
}
