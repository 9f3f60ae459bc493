using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;
using MlNetLlm.Pipelines.SvfSelfAdaptation.RealData;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>What the main job does: which model and text, how much of it, and the rules of its verdicts.</summary>
public sealed record SvfExperimentOptions
{
    /// <summary>The pretrained model: a catalogue name or a folder.</summary>
    public string Model { get; init; } = "stories260k";

    /// <summary>The text to adapt to: a catalogue name, a file or a folder.</summary>
    public string Text { get; init; } = "tinyshakespeare";

    /// <summary>Rows (paragraphs) of the text held out for the final measurement.</summary>
    public int TestRows { get; init; } = 400;

    /// <summary>Rows held out to choose each arm's learning rate.</summary>
    public int ValidationRows { get; init; } = 150;

    /// <summary>Texts of the old domain, sampled from the base model itself.</summary>
    public int OldDomainTexts { get; init; } = 150;

    /// <summary>Tokens that every training run of every arm sees.</summary>
    public long MaxTokens { get; init; } = 60_000;

    /// <summary>Sequences of a step.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Tokens of a sequence.</summary>
    public int SequenceLength { get; init; } = 128;

    /// <summary>Arms to run, of: svf-mlp, svf-attention, svf-all, lora-1, lora-16, full. The base model always runs.</summary>
    public IReadOnlyList<string> Arms { get; init; } = ["svf-mlp", "svf-attention", "svf-all", "lora-1", "lora-16", "full"];

    /// <summary>Learning rates to choose from on validation, by kind of arm: as many for each.</summary>
    public LearningRates LearningRates { get; init; } = new([0.1], [0.01], [0.003]);

    /// <summary>Tokens for pre-training a model on the spot where the pretrained one is not found.</summary>
    public long PretrainTokens { get; init; } = 300_000;

    /// <summary>Where the arms train and are measured: "cpu", "cuda" or "cuda:0". <see cref="RealData"/> has its own.</summary>
    /// <value>"cpu".</value>
    public string Device { get; init; } = "cpu";

    /// <summary>Resamples of the paired bootstrap behind every interval.</summary>
    public int BootstrapResamples { get; init; } = 10_000;

    /// <summary>The claims and the rules of their verdicts.</summary>
    public IReadOnlyList<ArmClaim> Claims { get; init; } = [];

    /// <summary>The miniature of Transformer², which then runs instead of the arms above.</summary>
    /// <value>null: the arms run.</value>
    public MiniatureOptions? Miniature { get; init; }

    /// <summary>Experts on published benchmarks; runs instead of the arms above, after the miniature where both are set.</summary>
    /// <value>null: the arms run.</value>
    public RealDataOptions? RealData { get; init; }

    /// <summary>These options, checked as far as they run.</summary>
    /// <exception cref="ArgumentException">Lists every fault with its value.</exception>
    internal SvfExperimentOptions Validated()
    {
        Miniature?.Validated();
        if (RealData is { } real) OptionFaults.Refuse("svf on published tasks", real.Faults());
        if (Miniature is null && RealData is null) OptionFaults.Refuse("'svf'", Faults(), StageFaults);
        return this;
    }

    private IEnumerable<string> Faults()
    {
        foreach (var (name, value) in new (string, long)[]
                 {
                     (nameof(TestRows), TestRows), (nameof(ValidationRows), ValidationRows), (nameof(OldDomainTexts), OldDomainTexts),
                     (nameof(PretrainTokens), PretrainTokens),
                 })
            if (value < 1) yield return $"{name} is {value}; expected 1 or more.";
        foreach (var fault in OptionFaults.Of(() => new BootstrapOptions { Samples = BootstrapResamples }.Validated()))
            yield return $"BootstrapResamples: {fault}";
        foreach (var arm in Arms.Where(arm => !ArmOptions.Names.Contains(arm)))
            yield return $"Arms has '{arm}'. Known: {string.Join(", ", ArmOptions.Names)}.";
        foreach (var arm in Arms.Where(arm => LearningRates.Of(arm).Count == 0))
            yield return $"LearningRates has none for {arm}; expected one or more.";
        foreach (var claim in Claims)
            if (claim.Quantity is not ("nats" or "parameters"))
                yield return $"Claim {claim.Id} has the unknown quantity '{claim.Quantity}'. Known: nats, parameters.";
            else if (claim.Quantity == "nats" && !Arm.Splits.Contains(claim.Split))
                yield return $"Claim {claim.Id} has the unknown split '{claim.Split}'. Known: {string.Join(", ", Arm.Splits)}.";
    }

    private IEnumerable<string> StageFaults() => Arms.SelectMany(
        arm => LearningRates.Of(arm).SelectMany(rate => ArmOptions.Of(arm, rate, this, seed: 1).Faults()));
}

/// <summary>The grids of learning rates.</summary>
/// <param name="Svf">For the SVF arms.</param>
/// <param name="Lora">For the LoRA arms.</param>
/// <param name="Full">For full fine-tuning.</param>
public sealed record LearningRates(IReadOnlyList<double> Svf, IReadOnlyList<double> Lora, IReadOnlyList<double> Full)
{
    /// <summary>The grid of an arm.</summary>
    internal IReadOnlyList<double> Of(string arm) =>
        arm.StartsWith("svf", StringComparison.Ordinal) ? Svf : arm.StartsWith("lora", StringComparison.Ordinal) ? Lora : Full;
}

/// <summary>A claim about the difference of two arms on one split.</summary>
/// <param name="Id">For example svf.1.</param>
/// <param name="Source">Where the claim stands.</param>
/// <param name="Statement">What is claimed.</param>
/// <param name="Quantity">nats: difference of nats a token between the arms; parameters: ratio of trainable parameters.</param>
/// <param name="Arm">The arm the claim is about.</param>
/// <param name="Against">The arm it is compared with.</param>
/// <param name="Split">new-domain or old-domain; ignored for parameters.</param>
/// <param name="Rule">What the claim expects.</param>
public sealed record ArmClaim(
    string Id, string Source, string Statement, string Quantity, string Arm, string Against, string Split, ClaimRule Rule)
    : ClaimOptions(Id, Source, Statement, Rule);
