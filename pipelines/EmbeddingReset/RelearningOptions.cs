namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>Learning a new table of embeddings with the body frozen.</summary>
public sealed record RelearningOptions
{
    /// <summary>Updates.</summary>
    /// <value>200.</value>
    public int Updates { get; init; } = 200;

    /// <summary>Sequences a forward pass.</summary>
    /// <value>32.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>Forward passes an update.</summary>
    /// <value>1.</value>
    public int Accumulation { get; init; } = 1;

    /// <summary>Peak rate.</summary>
    /// <value>0.005.</value>
    public double LearningRate { get; init; } = 5e-3;

    /// <summary>Share of the updates in which the rate rises.</summary>
    /// <value>0.08.</value>
    public double WarmupShare { get; init; } = 0.08;

    /// <summary>Updates after which the tasks are scored, rising; the last one is <see cref="Updates"/>.</summary>
    /// <value>10, 20, 50, 100, 200.</value>
    public IReadOnlyList<int> ScoreAfter { get; init; } = [10, 20, 50, 100, 200];
}
