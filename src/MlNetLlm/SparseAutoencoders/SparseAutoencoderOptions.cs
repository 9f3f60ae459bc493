using Microsoft.ML.SearchSpace;
using MlNetLlm.Training;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// Options of training a TopK sparse autoencoder (Gao et al. 2024, with the settings of its released script where it and the paper differ).
/// </summary>
/// <remarks>
/// Left as in the released script: Adam without weight decay, β₂ 0.999, a constant rate, mean squared error over the data's variance.
/// Departures: the dead threshold is a share of the rows seen, because 10 million rows mean nothing to a small run; decoder columns are
/// brought back to length 1 after the optimiser's step and not before, because otherwise their lengths drift and change who wins the top k.
/// </remarks>
public sealed record SparseAutoencoderOptions : ICheckedOptions
{
    /// <summary>The columns read and added.</summary>
    /// <value>Features to Activations, Latents and Strengths.</value>
    public SparseCodeColumns Columns { get; init; } = new();

    /// <summary>d: numbers of a hidden state. A column of a multiple of it holds several states a row. 0 = the column's size.</summary>
    /// <value>0. Columns of variable size (HiddenStatePooling.All) need it.</value>
    public int Width { get; init; }

    /// <summary>C: latents; at least <see cref="ActiveLatents"/>.</summary>
    /// <value>1024.</value>
    [Range(128, 8192, 1024, logBase: true)]
    public int Latents { get; init; } = 1024;

    /// <summary>k: latents a hidden state may use; 1 or more.</summary>
    /// <value>16.</value>
    [Range(4, 64, 16, logBase: true)]
    public int ActiveLatents { get; init; } = 16;

    /// <summary>Adam's step size at 16,384 latents; it goes with 1/√<see cref="Latents"/>. Above 0.</summary>
    /// <value>0.0002.</value>
    [Range(2e-5, 2e-2, 2e-4, logBase: true)]
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Hidden states a step; 1 or more. Data with fewer gives all of them to every step.</summary>
    /// <value>2048.</value>
    public int BatchSize { get; init; } = 2048;

    /// <summary>Trains on this many hidden states, repeats counted; 0 leaves the autoencoder as it is drawn.</summary>
    /// <value>4,000,000.</value>
    public long MaxRows { get; init; } = 4_000_000;

    /// <summary>Scales the gradient down to this norm when it is longer; 0 never scales.</summary>
    /// <value>0.</value>
    public double ClipNorm { get; init; }

    /// <summary>α: weight of the auxiliary loss, by which dead latents learn from what the others leave over; 0 = none.</summary>
    /// <value>1/32.</value>
    public double AuxiliaryWeight { get; init; } = 1.0 / 32;

    /// <summary>Dead latents that a hidden state's auxiliary reconstruction may use; 0 = half of <see cref="Width"/>.</summary>
    /// <value>0.</value>
    public int AuxiliaryLatents { get; init; }

    /// <summary>
    /// A latent is dead when it was not active (above 0.001) in this many hidden states; 0 = 3 % of <see cref="MaxRows"/>, 10 million at
    /// most.
    /// </summary>
    /// <value>0.</value>
    public long DeadAfterRows { get; init; }

    /// <summary>Hidden states, evenly spaced in the data, that start and scale are taken from; 1 or more.</summary>
    /// <value>32,768.</value>
    public int SampleRows { get; init; } = 32_768;

    /// <summary>Hidden states that are shuffled together; 32 or more.</summary>
    /// <value>32,768.</value>
    public int ShuffleRows { get; init; } = 32_768;

    /// <summary>Hidden states that are kept in memory at most, in MiB; more go to a temporary file. The result is the same.</summary>
    /// <value>256.</value>
    public int CacheMebibytes { get; init; } = 256;

    /// <summary>The seed of the initial weights and of the order of the data.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Where to compute: "cpu", "cuda" or "cuda:0".</summary>
    /// <value>"cpu".</value>
    public string Device { get; init; } = "cpu";

    /// <inheritdoc cref="TrainingOptions.CheckpointFolder"/>
    public string? CheckpointFolder { get; init; }

    /// <inheritdoc cref="TrainingOptions.CheckpointEvery"/>
    public int CheckpointEvery { get; init; }

    /// <inheritdoc cref="TrainingOptions.KeepCheckpoints"/>
    public int KeepCheckpoints { get; init; } = 2;

    /// <inheritdoc cref="TrainingOptions.Resume"/>
    public bool Resume { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        foreach (var fault in Columns.Faults()) yield return fault;
        if (Width is < 0 or 1) yield return $"Width is {Width}; expected 2 or more, or 0 for the column's size.";
        if (ActiveLatents < 1) yield return $"ActiveLatents is {ActiveLatents}; expected 1 or more.";
        if (Latents < Math.Max(1, ActiveLatents)) yield return $"Latents is {Latents}; expected at least ActiveLatents, {ActiveLatents}.";
        if (!(LearningRate > 0 && double.IsFinite(LearningRate))) yield return $"LearningRate is {LearningRate}; expected above 0.";
        if (MaxRows < 0) yield return $"MaxRows is {MaxRows}; expected 0 or more.";
        if (!(AuxiliaryWeight >= 0 && double.IsFinite(AuxiliaryWeight)))
            yield return $"AuxiliaryWeight is {AuxiliaryWeight}; expected 0 or more.";
        if (AuxiliaryLatents < 0) yield return $"AuxiliaryLatents is {AuxiliaryLatents}; expected 0 or more.";
        if (DeadAfterRows < 0) yield return $"DeadAfterRows is {DeadAfterRows}; expected 0 or more.";
        if (SampleRows < 1) yield return $"SampleRows is {SampleRows}; expected 1 or more.";
        if (ShuffleRows < 32) yield return $"ShuffleRows is {ShuffleRows}; expected 32 or more.";
        if (CacheMebibytes < 0) yield return $"CacheMebibytes is {CacheMebibytes}; expected 0 or more.";
        foreach (var fault in (Loop(2) with { LearningRate = 1 }).Faults()) yield return fault;
    }

    /// <summary>The training loop's options, for hidden states of a width.</summary>
    internal SparseAutoencoderRun Loop(int width) => new()
    {
        LearningRate = LearningRate * Math.Sqrt(16_384.0 / Math.Max(1, Latents)),
        BatchSize = BatchSize, MaxTokens = MaxRows, MaxSteps = 0, ClipNorm = ClipNorm, Schedule = Schedule.Constant, Beta2 = 0.999,
        Epsilon = 6.25e-10, CheckpointFolder = CheckpointFolder, CheckpointEvery = CheckpointEvery, KeepCheckpoints = KeepCheckpoints,
        Resume = Resume, Seed = Seed, Device = Device, Latents = Latents, ActiveLatents = ActiveLatents, AuxiliaryWeight = AuxiliaryWeight,
        AuxiliaryLatents = Math.Min(Latents, AuxiliaryLatents > 0 ? AuxiliaryLatents : Math.Max(1, width / 2)),
        DeadAfterRows = DeadAfterRows > 0 ? DeadAfterRows : Math.Clamp(MaxRows * 3 / 100, 1, 10_000_000),
        SampleRows = SampleRows, ShuffleRows = ShuffleRows,
    };
}
