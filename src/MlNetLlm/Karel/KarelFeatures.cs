namespace MlNetLlm.Karel;

/// <summary>
/// The abstract features of a state that probes read (Jin and Rinard 2024): where the robot looks, how far it is from where it started, and
/// whether a wall is ahead of it.
/// </summary>
/// <param name="Direction">Where the robot looks (4 classes).</param>
/// <param name="OffsetX">Columns east of the start, -5 to 5 (13 classes in the paper, -6 to 6).</param>
/// <param name="OffsetY">Rows south of the start, -5 to 5.</param>
/// <param name="ObstacleAhead">Whether a wall is ahead (2 classes).</param>
public readonly record struct KarelFeatures(KarelDirection Direction, int OffsetX, int OffsetY, bool ObstacleAhead)
{
    /// <summary>Classes of each of the two offset labels.</summary>
    public const int OffsetClasses = 13;

    /// <summary>The direction as a class, 0 to 3.</summary>
    public int DirectionLabel => (int)Direction;

    /// <summary>The offset along columns as a class, 0 to 12; 6 is none.</summary>
    public int OffsetXLabel => OffsetX + OffsetClasses / 2;

    /// <summary>The offset along rows as a class, 0 to 12; 6 is none.</summary>
    public int OffsetYLabel => OffsetY + OffsetClasses / 2;

    /// <summary>Both offsets as one class, 0 to 168: a prediction of the offset counts only when both are right.</summary>
    public int OffsetLabel => OffsetXLabel * OffsetClasses + OffsetYLabel;

    /// <summary>The obstacle as a class: 1 when a wall is ahead, otherwise 0.</summary>
    public int ObstacleLabel => ObstacleAhead ? 1 : 0;

    /// <summary>Reads the features of a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="start">
    /// The state that the offset counts from: the input, or, for the offset from the end that the released code also has, the output.
    /// </param>
    public static KarelFeatures Of(in KarelWorld state, in KarelWorld start)
        => new(state.Direction, state.Column - start.Column, state.Row - start.Row, state.ObstacleAhead);
}
