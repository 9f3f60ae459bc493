using MlNetLlm.Training;

namespace MlNetLlm.Adapters;

/// <summary>What every adapter method lets one choose on top of the training itself: the matrices it is put on.</summary>
public abstract record AdapterOptions : TrainingOptions
{
    /// <summary>The matrices of a block that get an adapter.</summary>
    public abstract ModuleSet Modules { get; init; }

    /// <summary>The layers that get an adapter: all, first-half, second-half or a list such as 0,2,5.</summary>
    /// <value>all.</value>
    public string Layers { get; init; } = "all";

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        if (!Enum.IsDefined(Modules)) yield return $"Modules is {Modules}; expected {string.Join(", ", Enum.GetNames<ModuleSet>())}.";
        if (LayerSelection.Fault(Layers) is { } layers) yield return layers;
    }
}
