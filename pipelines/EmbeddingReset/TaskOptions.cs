namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>Learning a task in language 1 with the embeddings frozen.</summary>
public sealed record TaskOptions
{
    /// <summary>Updates.</summary>
    /// <value>200.</value>
    public int Updates { get; init; } = 200;

    /// <summary>Rows an update: texts, or sentences of words.</summary>
    /// <value>32.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>Peak rate.</summary>
    /// <value>0.0005.</value>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Rows of training data.</summary>
    /// <value>4,000.</value>
    public int TrainRows { get; init; } = 4000;

    /// <summary>Rows of test data, in language 1 and in every other.</summary>
    /// <value>100.</value>
    public int TestRows { get; init; } = 100;
}
