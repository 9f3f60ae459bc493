using Microsoft.ML.SearchSpace;
using MlNetLlm.Data;
using MlNetLlm.Pretraining;
using MlNetLlm.Training;

namespace MlNetLlm.EmbeddingReset;

/// <summary>Options of learning new embeddings under a frozen body (Artetxe et al. 2020; Chen et al. 2023, language adaptation).</summary>
public sealed record RelearnEmbeddingsOptions : TrainingOptions
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.005.</value>
    [Range(1e-4, 1e-1, 5e-3, logBase: true)]
    public override double LearningRate { get; init; } = 5e-3;

    /// <summary>What the embeddings learn.</summary>
    /// <value><see cref="PretrainObjective.ByModel"/>.</value>
    public PretrainObjective Objective { get; init; } = PretrainObjective.ByModel;

    /// <summary>Which tokens a masked model is to guess.</summary>
    /// <value>15 %, of which 80 % masked, 10 % replaced, 10 % kept.</value>
    public MaskingOptions Masking { get; init; } = new();

    /// <summary>Takes only the first so many tokens of the text; 0 = all of it.</summary>
    /// <value>0.</value>
    public long TextTokens { get; init; }

    /// <summary>Takes only the first share f of the text's tokens; above 0, at most 1.</summary>
    /// <value>1.</value>
    public double TextShare { get; init; } = 1;

    /// <summary>The new embeddings are drawn from N(0, s²), s this; above 0.</summary>
    /// <value>0.02.</value>
    public double StandardDeviation { get; init; } = 0.02;

    /// <summary>What becomes of the output bias, where the model has one.</summary>
    /// <value><see cref="OutputBias.Trained"/>; the released code keeps the body's.</value>
    public OutputBias OutputBias { get; init; } = OutputBias.Trained;

    /// <summary>Updates after which the tables are kept, so that the course of learning can be evaluated afterwards.</summary>
    /// <value>Empty: only the last.</value>
    public IReadOnlyList<int> KeepUpdates { get; init; } = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults().Concat(Masking.Faults())) yield return fault;
        if (!Enum.IsDefined(Objective))
            yield return $"Objective is {Objective}; expected {string.Join(", ", Enum.GetNames<PretrainObjective>())}.";
        if (TextTokens < 0) yield return $"TextTokens is {TextTokens}; expected 0 or more.";
        if (!(TextShare > 0 && TextShare <= 1)) yield return $"TextShare is {TextShare}; expected above 0 and at most 1.";
        if (!(StandardDeviation > 0 && double.IsFinite(StandardDeviation)))
            yield return $"StandardDeviation is {StandardDeviation}; expected above 0.";
        if (!Enum.IsDefined(OutputBias))
            yield return $"OutputBias is {OutputBias}; expected {string.Join(", ", Enum.GetNames<OutputBias>())}.";
        if (KeepUpdates.Any(update => update < 1)) yield return $"KeepUpdates are {string.Join(", ", KeepUpdates)}; expected 1 or more.";
    }
}
