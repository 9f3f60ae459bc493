using MlNetLlm.Data;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Training;

/// <summary>
/// What every method's options share. One flat record serves code, JSON preset, command line and sweep; each method's sealed record adds
/// its own options and its own <see cref="LearningRate"/> with the range to search.
/// </summary>
public abstract record TrainingOptions : ICheckedOptions
{
    /// <summary>The full learning rate, reached after the warm-up; above 0.</summary>
    public abstract double LearningRate { get; init; }

    /// <summary>The column with the text, or with the prompt when <see cref="CompletionColumn"/> is set.</summary>
    /// <value>"Text".</value>
    public string TextColumn { get; init; } = "Text";

    /// <summary>The column with the text to learn after the prompt; a row is then a sequence and only its completion counts.</summary>
    /// <value>null: rows are packed into windows and every token counts.</value>
    public string? CompletionColumn { get; init; }

    /// <summary>The columns of rows that are tokens already; the text columns are then not read. What follows a row's prompt counts.</summary>
    /// <value>null: rows are text.</value>
    public TokenColumns? TokenColumns { get; init; }

    /// <summary>
    /// Cuts a prompt with its completion at <see cref="SequenceLength"/> instead of refusing it. Packed text is just split.
    /// </summary>
    /// <value>false.</value>
    public bool TruncateLongRows { get; init; }

    /// <summary>Sequences a forward pass takes; 1 or more.</summary>
    /// <value>16.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Tokens a sequence has at most; 2 or more and no more than the model's context.</summary>
    /// <value>128.</value>
    public int SequenceLength { get; init; } = 128;

    /// <summary>Stops after about this many counted tokens; the number of steps follows from it. 0 uses <see cref="MaxSteps"/>.</summary>
    /// <value>0.</value>
    public long MaxTokens { get; init; }

    /// <summary>Optimiser steps to take when <see cref="MaxTokens"/> is 0; 0 leaves the model as it is.</summary>
    /// <value>1000.</value>
    public int MaxSteps { get; init; } = 1000;

    /// <summary>Batches whose gradients make one optimiser step; 1 or more.</summary>
    /// <value>1.</value>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>Scales the gradient down to this norm, taken over all parameters, when it is longer; 0 never scales.</summary>
    /// <value>1.</value>
    public double ClipNorm { get; init; } = 1;

    /// <summary>AdamW's decoupled weight decay; 0 or more.</summary>
    /// <value>0.</value>
    public double WeightDecay { get; init; }

    /// <summary>AdamW's decay of the mean gradient; at least 0 and below 1.</summary>
    /// <value>0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the mean squared gradient; at least 0 and below 1.</summary>
    /// <value>0.95, usual for language models.</value>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>What AdamW adds to the root of the mean squared gradient; above 0.</summary>
    /// <value>1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The learning rate's course after the warm-up.</summary>
    /// <value><see cref="Schedule.Cosine"/>.</value>
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    /// <summary>Steps in which the learning rate rises to its full value; 0 or more.</summary>
    /// <value>0.</value>
    public int WarmupSteps { get; init; }

    /// <summary>Whether the first step of the warm-up has rate 0, step n having n / w of the full rate, as in fairseq.</summary>
    /// <value>false: step n (from 0) has (n + 1) / w.</value>
    public bool WarmupFromZero { get; init; }

    /// <summary>The share of the learning rate that a falling schedule ends at; 0 to 1.</summary>
    /// <value>0.1.</value>
    public double FinalLearningRateShare { get; init; } = 0.1;

    /// <summary>Validates after every this many steps, and at the end; 0 never validates.</summary>
    /// <value>0.</value>
    public int EvaluateEvery { get; init; }

    /// <summary>Stops after this many validations in a row without a better loss; 0 never stops early.</summary>
    /// <value>0.</value>
    public int Patience { get; init; }

    /// <summary>Ends with the weights of the best validation instead of the last step's. Needs <see cref="EvaluateEvery"/>.</summary>
    /// <value>false.</value>
    public bool KeepBest { get; init; }

    /// <summary>Where to keep checkpoints and the metric log; null keeps none.</summary>
    /// <value>null.</value>
    public string? CheckpointFolder { get; init; }

    /// <summary>Saves a checkpoint after every this many steps; 0 saves at the end and on cancellation only.</summary>
    /// <value>0.</value>
    public int CheckpointEvery { get; init; }

    /// <summary>How many checkpoints stay; 1 or more.</summary>
    /// <value>2.</value>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Continues from the newest checkpoint in <see cref="CheckpointFolder"/>; starts afresh when there is none.</summary>
    /// <value>false: a folder that already holds checkpoints is refused.</value>
    public bool Resume { get; init; }

    /// <summary>The seed of all random streams.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Where to compute: "cpu", "cuda" or "cuda:0". A trained model ends up where the one was that it started from; a new one on the CPU.
    /// </summary>
    /// <value>"cpu".</value>
    public string Device { get; init; } = "cpu";

    /// <summary>Every fault of these options, each with the value received and what was expected. A method's record adds its own.</summary>
    /// <returns>One sentence a fault; none when the options are sound.</returns>
    public virtual IEnumerable<string> Faults()
    {
        if (!(LearningRate > 0 && double.IsFinite(LearningRate))) yield return $"LearningRate is {LearningRate}; expected above 0.";
        if (string.IsNullOrEmpty(TextColumn)) yield return "TextColumn is empty; expected a column's name.";
        if (CompletionColumn == "") yield return "CompletionColumn is empty; expected a column's name, or null.";
        if (CompletionColumn is not null && CompletionColumn == TextColumn)
            yield return $"CompletionColumn and TextColumn are both '{TextColumn}'; expected two columns.";
        if (CompletionColumn is not null && TokenColumns is not null)
            yield return $"CompletionColumn is '{CompletionColumn}' and TokenColumns is set; expected one of them at most.";
        if (BatchSize < 1) yield return $"BatchSize is {BatchSize}; expected 1 or more.";
        if (SequenceLength < 2) yield return $"SequenceLength is {SequenceLength}; expected 2 or more.";
        if (MaxTokens < 0) yield return $"MaxTokens is {MaxTokens}; expected 0 or more.";
        if (MaxSteps < 0) yield return $"MaxSteps is {MaxSteps}; expected 0 or more.";
        if (GradientAccumulation < 1) yield return $"GradientAccumulation is {GradientAccumulation}; expected 1 or more.";
        if (!(ClipNorm >= 0)) yield return $"ClipNorm is {ClipNorm}; expected 0 or more.";
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) yield return $"WeightDecay is {WeightDecay}; expected 0 or more.";
        if (!(Beta1 >= 0 && Beta1 < 1)) yield return $"Beta1 is {Beta1}; expected at least 0 and below 1.";
        if (!(Beta2 >= 0 && Beta2 < 1)) yield return $"Beta2 is {Beta2}; expected at least 0 and below 1.";
        if (!(Epsilon > 0 && double.IsFinite(Epsilon))) yield return $"Epsilon is {Epsilon}; expected above 0.";
        if (!Enum.IsDefined(Schedule)) yield return $"Schedule is {Schedule}; expected {string.Join(", ", Enum.GetNames<Schedule>())}.";
        if (WarmupSteps < 0) yield return $"WarmupSteps is {WarmupSteps}; expected 0 or more.";
        if (!(FinalLearningRateShare >= 0 && FinalLearningRateShare <= 1))
            yield return $"FinalLearningRateShare is {FinalLearningRateShare}; expected 0 to 1.";
        if (EvaluateEvery < 0) yield return $"EvaluateEvery is {EvaluateEvery}; expected 0 or more.";
        if (Patience < 0) yield return $"Patience is {Patience}; expected 0 or more.";
        if (Patience > 0 && EvaluateEvery == 0) yield return $"Patience is {Patience} but EvaluateEvery is 0; set EvaluateEvery too.";
        if (KeepBest && EvaluateEvery == 0) yield return "KeepBest is true but EvaluateEvery is 0; set EvaluateEvery too.";
        if (CheckpointFolder == "") yield return "CheckpointFolder is empty; expected a folder, or null.";
        if (CheckpointEvery < 0) yield return $"CheckpointEvery is {CheckpointEvery}; expected 0 or more.";
        if (CheckpointEvery > 0 && CheckpointFolder is null)
            yield return $"CheckpointEvery is {CheckpointEvery} but CheckpointFolder is not set; set both.";
        if (KeepCheckpoints < 1) yield return $"KeepCheckpoints is {KeepCheckpoints}; expected 1 or more.";
        if (Resume && CheckpointFolder is null) yield return "Resume is true but CheckpointFolder is not set; set both.";
        if (DeviceNames.Fault(Device) is { } device) yield return device;
    }
}
