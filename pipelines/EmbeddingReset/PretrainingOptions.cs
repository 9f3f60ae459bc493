namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>First training, in language 1.</summary>
public sealed record PretrainingOptions
{
    /// <summary>U: updates; a multiple of <see cref="Episodes"/>.</summary>
    /// <value>2,400.</value>
    public int Updates { get; init; } = 2400;

    /// <summary>U / K: episodes of the arms that reset.</summary>
    /// <value>24.</value>
    public int Episodes { get; init; } = 24;

    /// <summary>Sequences a forward pass.</summary>
    /// <value>32.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>Forward passes an update.</summary>
    /// <value>1.</value>
    public int Accumulation { get; init; } = 1;

    /// <summary>The body's peak rate.</summary>
    /// <value>0.002.</value>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Share of the updates in which the rate rises.</summary>
    /// <value>0.08.</value>
    public double WarmupShare { get; init; } = 0.08;

    /// <summary>Clipping of the gradient, in every arm alike.</summary>
    /// <value>0.5.</value>
    public double ClipNorm { get; init; } = 0.5;

    /// <summary>Decoupled weight decay.</summary>
    /// <value>0.01.</value>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Rows of training text.</summary>
    /// <value>20,000.</value>
    public int TextRows { get; init; } = 20_000;

    /// <summary>Rows of validation text.</summary>
    /// <value>200.</value>
    public int ValidationRows { get; init; } = 200;
}
