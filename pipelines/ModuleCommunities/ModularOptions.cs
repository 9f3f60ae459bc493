namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>The positive control: models that are modular by design, else shaped and trained as the dense ones.</summary>
public sealed record ModularOptions
{
    /// <summary>q: with which probability a question skips a layer of another function. One model each, several at the last.</summary>
    public IReadOnlyList<double> SkipProbabilities { get; init; } = [0, 0.5, 0.9, 1];

    /// <summary>Seeds of the models with the last probability; the others take the first.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [11, 12];

    /// <summary>Layers of each function; one more at either end belongs to all.</summary>
    public int LayersPerFunction { get; init; } = 2;

    /// <summary>Optimiser steps; null = as many as the dense models have at most.</summary>
    public int? Steps { get; init; }

    /// <summary>Whose the layers are.</summary>
    internal IReadOnlyList<string?> Owners(IEnumerable<string> functions) =>
        [null, .. functions.SelectMany(function => Enumerable.Repeat(function, LayersPerFunction)), null];
}
