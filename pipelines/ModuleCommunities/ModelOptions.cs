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

    /// <summary>Standard deviation of the initial matrices, times the root of the width.</summary>
    public double InitialScale { get; init; } = 1;

    /// <summary>
    /// Base of the rotary positions. The usual 10,000 leaves contexts of 48 tokens with few angles that tell neighbours apart.
    /// </summary>
    public double RotaryBase { get; init; } = 10_000;

    /// <summary>Whether every token behind the instruction word is learned; else the answer alone.</summary>
    public bool LearnWholeRows { get; init; }

    /// <summary>Mean validation accuracy that ends the training; 1 or more = all steps are taken.</summary>
    public double StopAccuracy { get; init; } = 0.9;

    /// <summary>Steps between two looks at that accuracy.</summary>
    public int LookEvery { get; init; } = 500;

    /// <summary>Validation questions of each set behind it.</summary>
    public int LookQuestions { get; init; } = 20;

    internal IEnumerable<string> Faults(string name)
    {
        if (!(InitialScale > 0) || !(RotaryBase > 0) || !(StopAccuracy > 0) || LookEvery < 1 || LookQuestions < 1)
            yield return $"{name} has InitialScale {InitialScale}, RotaryBase {RotaryBase}, StopAccuracy {StopAccuracy} looked at every "
                + $"{LookEvery} steps on {LookQuestions} questions; expected above 0, and 1 or more.";
        if (Layers < 1 || Width < 1 || Heads < 1 || FeedForwardWidth < 4)
            yield return $"{name} has {Layers} layers, width {Width}, {Heads} heads, feed-forward width {FeedForwardWidth}; expected more.";
        if (Steps < 0 || BatchSize < 1 || !(LearningRate > 0) || WarmupSteps < 0)
            yield return $"{name} trains {Steps} steps of {BatchSize} at rate {LearningRate} after a warm-up of {WarmupSteps}; expected "
                + "0, 1, above 0 and 0 or more.";
    }
}
