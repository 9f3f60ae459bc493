namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Shape and training of a model.</summary>
public sealed record ModelOptions
{
    /// <summary>Blocks.</summary>
    public int Layers { get; init; } = 8;

    /// <summary>Components of a hidden state.</summary>
    public int Width { get; init; } = 96;

    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Hidden units of a feed-forward part.</summary>
    public int FeedForwardWidth { get; init; } = 256;

    /// <summary>Optimiser steps.</summary>
    public int Steps { get; init; } = 10_000;

    /// <summary>Questions a step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Peak rate of AdamW; cosine to a twentieth after the warm-up.</summary>
    public double LearningRate { get; init; } = 0.002;

    /// <summary>Steps of the warm-up.</summary>
    public int WarmupSteps { get; init; } = 100;

    internal IEnumerable<string> Faults(string name)
    {
        if (Layers < 1 || Width < 1 || Heads < 1 || FeedForwardWidth < 4)
            yield return $"{name} has {Layers} layers, width {Width}, {Heads} heads, feed-forward width {FeedForwardWidth}; expected more.";
        if (Steps < 0 || BatchSize < 1 || !(LearningRate > 0) || WarmupSteps < 0)
            yield return $"{name} trains {Steps} steps of {BatchSize} at rate {LearningRate} after a warm-up of {WarmupSteps}; expected "
                + "0, 1, above 0 and 0 or more.";
    }
}
