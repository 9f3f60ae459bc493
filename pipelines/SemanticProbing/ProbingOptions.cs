using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pretraining;
using MlNetLlm.Probes;
using MlNetLlm.Traces;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>What the probing experiment does: which programs, which models, what is probed, and the rules of its verdicts.</summary>
public sealed record ProbingOptions
{
    /// <summary>
    /// A folder with checkpoints made elsewhere, one folder each whose name ends with its step (Hugging Face's or our own): they are
    /// probed in place of trained models. Their tokenizer must have the words of the paper's text.
    /// </summary>
    public string? Checkpoints { get; init; }

    /// <summary>
    /// Where snapshots write and their hidden states are read: cpu, cuda or cuda:0. The model and the probes train where
    /// <see cref="Training"/>, <see cref="LinearProbe"/> and <see cref="MlpProbe"/> say.
    /// </summary>
    public string Device { get; init; } = "cpu";

    /// <summary>How the model reads tasks: grid (one token a world) or text (the paper's).</summary>
    public string Encoding { get; init; } = "grid";

    /// <summary>Counts of markers that the grid encoding tells apart.</summary>
    public int MarkerLevels { get; init; } = 2;

    /// <summary>The programs that the language model learns from; its seed is each model's.</summary>
    public KarelOptions Karel { get; init; } = KarelOptions.MiniatureTraining;

    /// <summary>Operations of the shortest test and probe programs; the paper tests lengths that training leaves out.</summary>
    public int TestMinLength { get; init; } = 1;

    /// <summary>Family of the model: gpt2 or codegen.</summary>
    public string Architecture { get; init; } = "gpt2";

    /// <summary>Blocks.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Components of a hidden state.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Whether the head is the token embedding. With a dozen tokens both want it differently.</summary>
    public bool TiedHead { get; init; }

    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Operations of the longest program that a model may write.</summary>
    public int MaxOperations { get; init; } = 10;

    /// <summary>Different programs to learn from.</summary>
    public int TrainPrograms { get; init; } = 500_000;

    /// <summary>How the language model trains. Seed, columns and folders are set by the run.</summary>
    public required PretrainOptions Training { get; init; }

    /// <summary>Steps after which a model is kept, besides the untrained one and the last.</summary>
    public required IReadOnlyList<int> SnapshotSteps { get; init; }

    /// <summary>Disk space that the snapshots of one model may take, MiB.</summary>
    public int MaxSnapshotMiB { get; init; } = 256;

    /// <summary>Seeds of the language models.</summary>
    public IReadOnlyList<int> ModelSeeds { get; init; } = [1];

    /// <summary>Seed of the tasks that are tested and probed on; the same for all models.</summary>
    public int TestSeed { get; init; } = 1001;

    /// <summary>Test tasks, for what models write and for probes.</summary>
    public int TestPrograms { get; init; } = 1500;

    /// <summary>Tasks whose traces train the probes of the last snapshot.</summary>
    public int ProbePrograms { get; init; } = 8000;

    /// <summary>Tasks whose traces train the probes of the other snapshots.</summary>
    public int SnapshotProbePrograms { get; init; } = 4000;

    /// <summary>Tasks whose traces choose a probe's best evaluation.</summary>
    public int ValidationPrograms { get; init; } = 800;

    /// <summary>Training rows below which a snapshot is not probed.</summary>
    public int MinProbeRows { get; init; } = 1000;

    /// <summary>Meanings that linear probes of the last snapshot learn: original and flip, then any of map3, map5, map8, map11.</summary>
    public IReadOnlyList<string> Semantics { get; init; } = ["original", "flip", "map3", "map5", "map8", "map11"];

    /// <summary>The meaning that stands for the adversarial one in claims; one of <see cref="Semantics"/>.</summary>
    public string Adversarial { get; init; } = "map5";

    /// <summary>Sizes of probes on the last snapshot.</summary>
    internal IReadOnlyList<ProbeSize> Sizes => [.. Enum.GetValues<ProbeSize>().Take(1 + MaxHiddenLayers)];

    /// <summary>Hidden layers of the largest probes; 0 to 2.</summary>
    public int MaxHiddenLayers { get; init; } = 2;

    /// <summary>Whether probes with one hidden layer run on every snapshot.</summary>
    public bool MlpOnSnapshots { get; init; } = true;

    /// <summary>
    /// Whether linear probes read every level of every snapshot by itself as well, on the reference programs: embeddings, layer 1, 2 ….
    /// Other probes read the mean of the levels.
    /// </summary>
    public bool ProbeLevels { get; init; }

    /// <summary>Seeds of the linear probes of the last snapshot; other probes take the first.</summary>
    public IReadOnlyList<int> ProbeSeeds { get; init; } = [1, 2, 3, 4, 5];

    /// <summary>Linear probes. Columns and seed are set by the run.</summary>
    public LinearProbeOptions LinearProbe { get; init; } = new();

    /// <summary>Probes with hidden layers. Columns, seed and layers are set by the run.</summary>
    public MlpProbeOptions MlpProbe { get; init; } = new();

    /// <summary>Ends of the blocks of the online code, percent of the training rows.</summary>
    public IReadOnlyList<double> CodeBlockPercents { get; init; } = OnlineCode.PaperPercents;

    /// <summary>Resamples of the bootstrap over models and programs.</summary>
    public int BootstrapResamples { get; init; } = 1000;

    /// <summary>The claim that is tested alone; all others are corrected together.</summary>
    public string PrimaryClaim { get; init; } = "probing.P10";

    /// <summary>The claims and the rules of their verdicts.</summary>
    public required IReadOnlyList<ClaimOptions> Claims { get; init; }

    /// <summary>The tasks that are tested and probed on.</summary>
    internal KarelOptions TestKarel => Karel with { MinLength = TestMinLength, Seed = TestSeed };

    /// <summary>How checkpoints made elsewhere read tasks.</summary>
    internal KarelReading? CheckpointReading { get; init; }

    /// <summary>How tasks become tokens.</summary>
    internal KarelReading Reading => CheckpointReading ?? Encoding switch
    {
        "grid" => KarelReading.Grid(Karel.InteriorSize, MarkerLevels),
        "text" => KarelReading.Text,
        _ => throw new ArgumentException($"Encoding is '{Encoding}'; expected grid or text."),
    };

    /// <summary>What traces record, before a stage says whose programs and which states.</summary>
    internal TraceOptions Traces() => new()
    {
        Reading = Reading, Semantics = [.. Semantics.Select(KarelSemantics.Find)], MaxOperations = MaxOperations,
    };

    /// <summary>These options, checked.</summary>
    /// <exception cref="ArgumentException">Lists every fault with its value.</exception>
    internal ProbingOptions Validated()
    {
        OptionFaults.Refuse("'probing'", Faults(), StageFaults);
        return this;
    }

    private IEnumerable<string> Faults()
    {
        if (ModelSeeds.Count == 0) yield return "modelSeeds is empty; expected at least one seed.";
        if (ProbeSeeds.Count == 0) yield return "probeSeeds is empty; expected at least one seed.";
        if (MaxHiddenLayers is < 0 or > 2) yield return $"maxHiddenLayers is {MaxHiddenLayers}; expected 0 to 2.";
        foreach (var meaning in Meanings.Except(Semantics))
            yield return $"semantics lacks '{meaning}', which claims are about.";
        foreach (var (name, value) in new[]
                 {
                     (nameof(TestPrograms), TestPrograms), (nameof(ProbePrograms), ProbePrograms),
                     (nameof(SnapshotProbePrograms), SnapshotProbePrograms), (nameof(ValidationPrograms), ValidationPrograms),
                     (nameof(BootstrapResamples), BootstrapResamples),
                 })
            if (value < 2) yield return $"{name} is {value}; expected 2 or more.";
    }

    private IEnumerable<string> StageFaults()
    {
        string[] names = [.. OptionFaults.Of(() => _ = (Reading, Shape(), Traces().Validated()))];
        return names.Length > 0 ? names :
        [
            .. OptionFaults.Of(() => Karel.Validated()), .. OptionFaults.Of(() => TestKarel.Validated()),
            .. OptionFaults.Of(() => Config.Validated()),
            .. OptionFaults.In("Training", Trained().Faults()),
            .. OptionFaults.In("LinearProbe", LinearProbe.Faults()), .. OptionFaults.In("MlpProbe", MlpProbe.Faults()),
        ];
    }

    private PretrainOptions Trained() => ModelStage.Options(this, ModelSeeds[0], "models") with { CheckpointFolder = "checkpoints" };

    /// <summary>The meanings that every snapshot is probed for.</summary>
    internal IReadOnlyList<string> Meanings => ["original", "flip", Adversarial];

    /// <summary>The model's shape.</summary>
    internal TransformerConfig Config => Reading.Fit(Shape(), Karel.Examples, MaxOperations);

    private TransformerConfig Shape() => Architecture switch
    {
        "gpt2" => TransformerConfig.Gpt2(1, Width, Layers, Heads, 1) with { TiedHead = TiedHead },
        "codegen" => TransformerConfig.CodeGen(1, Width, Layers, Heads, 1) with { TiedHead = TiedHead },
        _ => throw new ArgumentException($"Architecture is '{Architecture}'; expected gpt2 or codegen."),
    };
}
