namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>The teacher's sparse autoencoder: a published file, or one trained on hidden states of A; and the gates it must pass.</summary>
public sealed record AutoencoderOptions
{
    /// <summary>A file of the published TopK layout; null = train one.</summary>
    /// <value>null.</value>
    public string? File { get; init; }

    /// <summary>C: latents, the concepts.</summary>
    /// <value>512.</value>
    public int Latents { get; init; } = 512;

    /// <summary>K_S: latents a hidden state may use.</summary>
    /// <value>16.</value>
    public int ActiveLatents { get; init; } = 16;

    /// <summary>Adam's step size at 16,384 latents.</summary>
    /// <value>0.0002.</value>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Hidden states a step.</summary>
    /// <value>2,048.</value>
    public int BatchSize { get; init; } = 2048;

    /// <summary>Tokens of A whose hidden states are read, at most.</summary>
    /// <value>1,000,000.</value>
    public int Tokens { get; init; } = 1_000_000;

    /// <summary>Hidden states trained on, repeats counted.</summary>
    /// <value>4,000,000.</value>
    public long MaxRows { get; init; } = 4_000_000;

    /// <summary>Labels stored a token; arms with fewer take the first of them.</summary>
    /// <value>8.</value>
    public int StoredLabels { get; init; } = 8;

    /// <summary>What it must pass on V before a claim about its concepts is judged.</summary>
    public GateOptions Gates { get; init; } = new();

    internal IEnumerable<string> Faults(TeacherOptions teacher)
    {
        if (File is not null && teacher.Folder is null)
            yield return "Autoencoder.File is set; it needs the Teacher.Folder it was made for.";
        if (ActiveLatents < 1 || Latents < ActiveLatents)
            yield return $"Autoencoder has {Latents} latents, {ActiveLatents} of them active; expected 1 or more, and no more than all.";
        if (!(LearningRate > 0) || BatchSize < 1 || Tokens < 1 || MaxRows < 1)
            yield return $"Autoencoder has rate {LearningRate}, batch size {BatchSize}, {Tokens} tokens and {MaxRows} rows; expected above "
                + "0.";
        if (StoredLabels < 1) yield return $"Autoencoder.StoredLabels is {StoredLabels}; expected 1 or more.";
    }
}

/// <summary>Gates of the autoencoder, fixed before the run. A failed one is reported, and claims that need it are not testable.</summary>
public sealed record GateOptions
{
    /// <summary>Largest share of the variance of normalised hidden states that is not given back.</summary>
    /// <value>0.25.</value>
    public double VarianceUnexplained { get; init; } = 0.25;

    /// <summary>Largest share of latents that are never active.</summary>
    /// <value>0.05.</value>
    public double DeadShare { get; init; } = 0.05;

    /// <summary>Least share of the loss's rise by mean ablation that the autoencoder saves when it is spliced into the teacher.</summary>
    /// <value>0.9.</value>
    public double LossRecovered { get; init; } = 0.9;

    /// <summary>Least effective number of labels, e to their entropy, as a share of the latents.</summary>
    /// <value>0.05.</value>
    public double EffectiveLabelShare { get; init; } = 0.05;

    /// <summary>Largest share of the positions that may have one and the same label.</summary>
    /// <value>0.05.</value>
    public double LargestLabelShare { get; init; } = 0.05;
}
