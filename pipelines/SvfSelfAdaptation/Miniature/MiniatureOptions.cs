using MlNetLlm.Lora;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>The faithful miniature: what is trained, on what, and the rules of its verdicts.</summary>
public sealed record MiniatureOptions
{
    /// <summary>The base model.</summary>
    public required BaseOptions Base { get; init; }

    /// <summary>What it must be able to do.</summary>
    public GateOptions Gate { get; init; } = new();

    /// <summary>Training seeds an arm, on one base model.</summary>
    /// <value>5.</value>
    public int Seeds { get; init; } = 5;

    /// <summary>How many questions are used for what.</summary>
    public QuestionCounts Questions { get; init; } = new();

    /// <summary>Learning from rewards.</summary>
    public ReinforcementOptions Reinforcement { get; init; } = new();

    /// <summary>Learning from written answers.</summary>
    public NextTokenOptions NextToken { get; init; } = new();

    /// <summary>LoRA by rewards.</summary>
    public LoraByRewardsOptions LoraByRewards { get; init; } = new();

    /// <summary>The three strategies.</summary>
    public StrategyOptions Strategies { get; init; } = new();

    /// <summary>Shuffled experts a seed and task on the second base model.</summary>
    /// <value>4.</value>
    public int Shuffles { get; init; } = 4;

    /// <summary>Seeds of the models that are trained on task after task.</summary>
    /// <value>3.</value>
    public int ContinualSeeds { get; init; } = 3;

    /// <summary>Few-shot searches.</summary>
    public FewShotGrid FewShot { get; init; } = new();

    /// <summary>Damped bands.</summary>
    public ComponentOptions Components { get; init; } = new();

    /// <summary>The sections to run, in their order, by the names of <see cref="MiniatureRun.Sections"/>.</summary>
    public required IReadOnlyList<string> Sections { get; init; }

    /// <summary>The claims; all that are tested are corrected together (Holm).</summary>
    public IReadOnlyList<MiniatureClaim> Claims { get; init; } = [];

    /// <summary>Resamples of the bootstrap over seeds and questions.</summary>
    /// <value>4,000.</value>
    public int BootstrapResamples { get; init; } = 4000;

    internal MiniatureOptions Validated()
    {
        OptionFaults.Refuse("the svf miniature", Faults(), StageFaults);
        return this;
    }

    private IEnumerable<string> Faults()
    {
        foreach (var fault in Base.Mixture.Faults()) yield return fault;
        if (Seeds < 1) yield return $"Seeds is {Seeds}; expected 1 or more.";
        foreach (var section in Sections.Where(name => !MiniatureRun.Sections.ContainsKey(name)))
            yield return $"Sections has '{section}'. Known: {string.Join(", ", MiniatureRun.Sections.Keys)}.";
        if (Questions.OtherTrain.Count == 0) yield return "Questions.OtherTrain is empty; expected the smallest and the largest cell.";
        if (Reinforcement.SvfRates.Count == 0 || NextToken.LoraRates.Count == 0)
            yield return "Reinforcement.SvfRates or NextToken.LoraRates is empty; expected one rate or more.";
        if (LoraByRewards.Rates.Count == 0 || LoraByRewards.KlWeights.Count == 0)
            yield return "LoraByRewards.Rates or KlWeights is empty; expected one value or more.";
        if (FewShot.Budgets.Count == 0) yield return "FewShot.Budgets is empty; expected one or more.";
        if (Components.Bands < 2) yield return $"Components.Bands is {Components.Bands}; expected 2 or more.";
        if (Strategies.TimedAnswers.Count < 2) yield return "Strategies.TimedAnswers has fewer than two lengths.";
        foreach (var twice in Claims.GroupBy(claim => claim.Id).Where(group => group.Count() > 1))
            yield return $"Two claims are called {twice.Key}.";
    }

    private IEnumerable<string> StageFaults() =>
    [
        .. OptionFaults.In("Base", OptionFaults.Of(() => MiniatureTraining.Shape(Base).Validated())),
        .. OptionFaults.In("Base", MiniatureTraining.Base(Base).Faults()),
        .. Reinforcement.SvfRates.SelectMany(rate => OptionFaults.In("Reinforcement",
            MiniatureTraining.Rewarded(this, new TrainSvfExpertOptions(), Arm(ArmMethod.SvfReinforce, rate)).Faults())),
        .. NextToken.LoraRates.SelectMany(rate => OptionFaults.In("NextToken",
            MiniatureTraining.Written(this, new LoraOptions(), Arm(ArmMethod.LoraNextToken, rate)).Faults())),
        .. OptionFaults.In("NextToken",
            MiniatureTraining.Written(this, new SvfOptions(), Arm(ArmMethod.SvfNextToken, NextToken.SvfRate)).Faults()),
    ];

    private ArmSpec Arm(ArmMethod method, double rate) => new(method, Arms.Tasks[0], Questions.Train, Seed: 1) { Rate = rate };
}

/// <summary>A claim and what it is judged by.</summary>
/// <param name="Endpoint">The contrast's name; null where nothing here can test the claim.</param>
public sealed record MiniatureClaim(string Id, string Source, string Statement, string? Endpoint, ClaimRule Rule)
    : ClaimOptions(Id, Source, Statement, Rule);
