namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>The body's shape: a RoBERTa of this size.</summary>
public sealed record BodyOptions
{
    /// <summary>Blocks.</summary>
    /// <value>2.</value>
    public int Layers { get; init; } = 2;

    /// <summary>Components of a hidden state.</summary>
    /// <value>64.</value>
    public int Width { get; init; } = 64;

    /// <summary>Attention heads.</summary>
    /// <value>4.</value>
    public int Heads { get; init; } = 4;

    /// <summary>Tokens of a sequence.</summary>
    /// <value>24.</value>
    public int SequenceLength { get; init; } = 24;

    /// <summary>Dropout in training.</summary>
    /// <value>0.</value>
    public double Dropout { get; init; }
}
