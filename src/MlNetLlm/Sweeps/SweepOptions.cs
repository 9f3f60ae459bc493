namespace MlNetLlm.Sweeps;

/// <summary>How a sweep over processes goes.</summary>
public sealed record SweepOptions : ICheckedOptions
{
    /// <summary>Points to try; 1 or more.</summary>
    /// <value>20.</value>
    public int Trials { get; init; } = 20;

    /// <summary>Trials at work at a time; 1 or more.</summary>
    /// <value>1.</value>
    public int Workers { get; init; } = 1;

    /// <summary>What chooses the points.</summary>
    /// <value>Random.</value>
    public TunerKind Tuner { get; init; } = TunerKind.Random;

    /// <summary>Points of a number's range on a grid; 2 or more.</summary>
    /// <value>10.</value>
    public int GridSteps { get; init; } = 10;

    /// <summary>Seed of the tuner.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Stops hopeless trials early; null runs every trial to its end.</summary>
    /// <value>null.</value>
    public HalvingOptions? Halving { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (Trials < 1) yield return $"Trials is {Trials}; expected 1 or more.";
        if (Workers < 1) yield return $"Workers is {Workers}; expected 1 or more.";
        if (GridSteps < 2) yield return $"GridSteps is {GridSteps}; expected 2 or more.";
        if (!Enum.IsDefined(Tuner)) yield return $"Tuner is {Tuner}; expected {string.Join(", ", Enum.GetNames<TunerKind>())}.";
        if (Halving is { } halving)
        {
            foreach (var fault in halving.Faults()) yield return fault;
            if (Tuner is not (TunerKind.Random or TunerKind.Grid))
                yield return $"Halving needs all points beforehand, but Tuner is {Tuner}; set Random or Grid.";
        }
    }
}
