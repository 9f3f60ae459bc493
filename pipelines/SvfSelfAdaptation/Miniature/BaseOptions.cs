using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>The base model and its first training.</summary>
public sealed record BaseOptions
{
    /// <summary>Components of a hidden state.</summary>
    /// <value>96.</value>
    public int Width { get; init; } = 96;

    /// <summary>Number of blocks.</summary>
    /// <value>3.</value>
    public int Layers { get; init; } = 3;

    /// <summary>Heads a block.</summary>
    /// <value>4.</value>
    public int Heads { get; init; } = 4;

    /// <summary>Hidden units of the feed-forward part.</summary>
    /// <value>256.</value>
    public int FeedForwardWidth { get; init; } = 256;

    /// <summary>Longest prompt with its answer, in characters.</summary>
    /// <value>96.</value>
    public int ContextLength { get; init; } = 96;

    /// <summary>Steps of first training.</summary>
    /// <value>4,000.</value>
    public int Steps { get; init; } = 4000;

    /// <summary>Rows a step.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Peak learning rate; it falls to a tenth by a cosine.</summary>
    /// <value>0.003.</value>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Catalogue data set of the English text; null = generated tales, as where the catalogue has not got it.</summary>
    /// <value>standardebooks.</value>
    public string? English { get; init; } = "standardebooks";

    /// <summary>Paragraphs of it that are read.</summary>
    /// <value>8,000.</value>
    public int EnglishParagraphs { get; init; } = 8000;

    /// <summary>Characters of a piece of English.</summary>
    /// <value>40.</value>
    public int EnglishLength { get; init; } = 40;

    /// <summary>What is trained on.</summary>
    public required MixtureOptions Mixture { get; init; }
}
