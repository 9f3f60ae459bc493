namespace MlNetLlm.Karel;

/// <summary>
/// How worlds, programs and specifications are drawn. The defaults are those of the published generator (Jin and Rinard 2024): 8 x 8
/// worlds with their ring, walls and markers each with probability 0.1, programs of 1 to 10 operations weighted 2:2:3:3:5.
/// </summary>
public sealed record KarelOptions : ICheckedOptions
{
    /// <summary>The published training set: programs of 6 to 10 operations.</summary>
    public static KarelOptions PaperTraining { get; } = new() { MinLength = 6 };

    /// <summary>
    /// A miniature that a small model learns in minutes: one example, 4 x 4 cells without walls, programs of 3 to 8 operations.
    /// </summary>
    public static KarelOptions MiniatureTraining { get; }
        = new() { Examples = 1, InteriorSize = 4, WallShare = 0, MinLength = 3, MaxLength = 8 };

    /// <summary>Input and output pairs that the specification shows.</summary>
    /// <value>5; 1 to 10, since the text has ten names for them.</value>
    public int Examples { get; init; } = 5;

    /// <summary>Further pairs, not shown, that test whether a program does more than fit the shown ones.</summary>
    /// <value>5.</value>
    public int HeldOutExamples { get; init; } = 5;

    /// <summary>Cells along a side that are not the ring of walls.</summary>
    /// <value>6; 2 to 6. Smaller worlds stand in the upper left corner, the rest is wall.</value>
    public int InteriorSize { get; init; } = 6;

    /// <summary>Probability of each interior cell to be a wall, before the robot's cell is opened.</summary>
    /// <value>0.1.</value>
    public double WallShare { get; init; } = 0.1;

    /// <summary>Probability of each open interior cell except the robot's to hold one marker.</summary>
    /// <value>0.1.</value>
    public double MarkerShare { get; init; } = 0.1;

    /// <summary>Operations of the shortest programs.</summary>
    /// <value>1.</value>
    public int MinLength { get; init; } = 1;

    /// <summary>Operations of the longest programs. Every length has exactly the same share of the programs.</summary>
    /// <value>10; at most 15, because longer programs could put more markers on a cell than it holds.</value>
    public int MaxLength { get; init; } = 10;

    /// <summary>Weight of <see cref="KarelOperation.PickMarker"/> among the operations, which are drawn independently.</summary>
    /// <value>2.</value>
    public int PickMarkerWeight { get; init; } = 2;

    /// <summary>Weight of <see cref="KarelOperation.PutMarker"/>.</summary>
    /// <value>2.</value>
    public int PutMarkerWeight { get; init; } = 2;

    /// <summary>Weight of <see cref="KarelOperation.TurnRight"/>.</summary>
    /// <value>3.</value>
    public int TurnRightWeight { get; init; } = 3;

    /// <summary>Weight of <see cref="KarelOperation.TurnLeft"/>.</summary>
    /// <value>3.</value>
    public int TurnLeftWeight { get; init; } = 3;

    /// <summary>Weight of <see cref="KarelOperation.Move"/>.</summary>
    /// <value>5.</value>
    public int MoveWeight { get; init; } = 5;

    /// <summary>Seed of everything drawn. Streams of different names are independent of each other under one seed.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>The weights, in the order of <see cref="KarelOperation"/>.</summary>
    internal int[] Weights => [PickMarkerWeight, PutMarkerWeight, TurnRightWeight, TurnLeftWeight, MoveWeight];

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (Examples is < 1 or > 10) yield return $"Examples is {Examples}; it must be 1 to 10.";
        if (HeldOutExamples is < 0 or > 1000) yield return $"HeldOutExamples is {HeldOutExamples}; it must be 0 to 1000.";
        if (InteriorSize is < 2 or > 6) yield return $"InteriorSize is {InteriorSize}; it must be 2 to 6.";
        if (!(WallShare is >= 0 and <= 1)) yield return $"WallShare is {WallShare}; it must be 0 to 1.";
        if (!(MarkerShare is >= 0 and <= 1)) yield return $"MarkerShare is {MarkerShare}; it must be 0 to 1.";
        if (MinLength < 1 || MinLength > MaxLength) yield return $"MinLength is {MinLength}; it must be 1 to MaxLength ({MaxLength}).";
        if (MaxLength > KarelWorld.MarkerLimit) yield return $"MaxLength is {MaxLength}; it must be at most {KarelWorld.MarkerLimit}.";
        if (Weights.Any(weight => weight is < 0 or > 1_000_000) || Weights.Sum() == 0)
            yield return $"Operation weights are {string.Join(":", Weights)}; each must be 0 to 1000000, and at least one above 0.";
    }
}
