using TorchSharp.Modules;

namespace MlNetLlm.Training;

/// <summary>Parameters that train together. Nothing outside the groups of a job changes.</summary>
public sealed record ParameterGroup
{
    /// <summary>What the group is, for messages and checkpoints.</summary>
    public required string Name { get; init; }

    /// <summary>The parameters, each with a name that is unique in the job.</summary>
    public required IReadOnlyList<(string Name, Parameter Parameter)> Parameters { get; init; }

    /// <summary>A factor on the options' learning rate.</summary>
    /// <value>1.</value>
    public double LearningRateScale { get; init; } = 1;

    /// <summary>The group's own weight decay.</summary>
    /// <value>null: the options'.</value>
    public double? WeightDecay { get; init; }

    /// <summary>The group's own schedule: the factor on the learning rate at a step, counted from 0, of a run of so many.</summary>
    /// <value>null: the options' schedule.</value>
    public Func<int, int, double>? Schedule { get; init; }
}
