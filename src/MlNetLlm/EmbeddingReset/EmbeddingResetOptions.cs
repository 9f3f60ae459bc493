namespace MlNetLlm.EmbeddingReset;

/// <summary>
/// Active forgetting (Chen et al. 2023, arXiv 2307.01163): while the body goes on training, the token embeddings are drawn anew every K
/// updates. The defaults are the released code's but for the last reset, which would leave a fresh table behind and is left out.
/// </summary>
/// <remarks>
/// Clipping (the paper: 0.5, over embeddings and body together) and the choice between the best and the last checkpoint are the training
/// options ClipNorm and KeepBest. Validation comes after a reset, as in the released code: validate between resets.
/// </remarks>
public sealed record EmbeddingResetOptions : ICheckedOptions
{
    /// <summary>
    /// K: updates between resets; 1 or more. It must divide the number of updates, so that reset and rate cycle stay together; at or
    /// above that number nothing is ever reset, and the embeddings only keep a learning rate of their own.
    /// </summary>
    /// <value>1000.</value>
    public int Interval { get; init; } = 1000;

    /// <summary>The updates after which to reset, in rising order, instead of every <see cref="Interval"/>.</summary>
    /// <value>Empty: every <see cref="Interval"/>.</value>
    public IReadOnlyList<int> Updates { get; init; } = [];

    /// <summary>No reset comes after this update, and the last episode lasts to the end (temporary forgetting); 0 = no limit.</summary>
    /// <value>0.</value>
    public int StopAfter { get; init; }

    /// <summary>What is reset.</summary>
    /// <value><see cref="ResetTarget.Embeddings"/>.</value>
    public ResetTarget Target { get; init; } = ResetTarget.Embeddings;

    /// <summary>What a reset does to the weights.</summary>
    /// <value><see cref="ResetChange.Redraw"/>.</value>
    public ResetChange Change { get; init; } = ResetChange.Redraw;

    /// <summary>s of <see cref="ResetChange.Redraw"/>; above 0.</summary>
    /// <value>0.02.</value>
    public double StandardDeviation { get; init; } = 0.02;

    /// <summary>The factor on the old weights in <see cref="ResetChange.Perturb"/>; 0 or more.</summary>
    /// <value>1.</value>
    public double Keep { get; init; } = 1;

    /// <summary>The noise of <see cref="ResetChange.Perturb"/>, in standard deviations of the old weights; 0 or more.</summary>
    /// <value>0.5.</value>
    public double NoiseShare { get; init; } = 0.5;

    /// <summary>Leaves moments and step counter as they are.</summary>
    /// <value>false.</value>
    public bool KeepMoments { get; init; }

    /// <summary>Gives what is reset the body's learning rate instead of one that begins again with every episode.</summary>
    /// <value>false.</value>
    public bool GlobalSchedule { get; init; }

    /// <summary>A factor on the learning rate of what is reset; above 0.</summary>
    /// <value>1: the same peak as the body.</value>
    public double LearningRateScale { get; init; } = 1;

    /// <summary>Resets the output bias to 0 with the embeddings; in the paper it belongs to the body.</summary>
    /// <value>false.</value>
    public bool ResetOutputBias { get; init; }

    /// <summary>Resets after the very last update too, as the released code does; keep the best checkpoint then.</summary>
    /// <value>false.</value>
    public bool ResetAtEnd { get; init; }

    /// <summary>Allows a K that does not divide the updates; reset and rate cycle then drift apart, as in the released code.</summary>
    /// <value>false: refused.</value>
    public bool AllowDrift { get; init; }

    /// <summary>How many updates' losses are averaged where an episode's end and recovery are measured; 0 = K / 20, at least 1.</summary>
    /// <value>0.</value>
    public int LossWindow { get; init; }

    /// <summary>An episode has recovered when its loss is within this much of the one before it at its end, in nats; 0 or more.</summary>
    /// <value>0.1.</value>
    public double RecoveryMargin { get; init; } = 0.1;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (Interval < 1) yield return $"Reset.Interval is {Interval}; expected 1 or more.";
        if (Updates.Any(update => update < 1) || Updates.Zip(Updates.Skip(1)).Any(pair => pair.First >= pair.Second))
            yield return $"Reset.Updates are {string.Join(", ", Updates)}; expected rising numbers of 1 or more.";
        if (StopAfter < 0) yield return $"Reset.StopAfter is {StopAfter}; expected 0 or more.";
        if (!Enum.IsDefined(Target)) yield return $"Reset.Target is {Target}; expected {string.Join(", ", Enum.GetNames<ResetTarget>())}.";
        if (!Enum.IsDefined(Change)) yield return $"Reset.Change is {Change}; expected {string.Join(", ", Enum.GetNames<ResetChange>())}.";
        if (!(StandardDeviation > 0 && double.IsFinite(StandardDeviation)))
            yield return $"Reset.StandardDeviation is {StandardDeviation}; expected above 0.";
        if (!(Keep >= 0 && double.IsFinite(Keep))) yield return $"Reset.Keep is {Keep}; expected 0 or more.";
        if (!(NoiseShare >= 0 && double.IsFinite(NoiseShare))) yield return $"Reset.NoiseShare is {NoiseShare}; expected 0 or more.";
        if (!(LearningRateScale > 0 && double.IsFinite(LearningRateScale)))
            yield return $"Reset.LearningRateScale is {LearningRateScale}; expected above 0.";
        if (ResetOutputBias && Target != ResetTarget.Embeddings)
            yield return $"Reset.ResetOutputBias is true, but Reset.Target is {Target}; expected Embeddings.";
        if (LossWindow < 0) yield return $"Reset.LossWindow is {LossWindow}; expected 0 or more.";
        if (!(RecoveryMargin >= 0)) yield return $"Reset.RecoveryMargin is {RecoveryMargin}; expected 0 or more.";
    }
}
