namespace MlNetLlm.Karel;

/// <summary>One label of a state that a probe learns. The offset from the start is two, and counts only when both are right.</summary>
public enum KarelLabel
{
    /// <summary>Where the robot looks: 4 classes.</summary>
    Direction,

    /// <summary>Columns east of the start, -6 to 6: 13 classes.</summary>
    OffsetX,

    /// <summary>Rows south of the start, -6 to 6: 13 classes.</summary>
    OffsetY,

    /// <summary>Whether a wall is ahead: 2 classes.</summary>
    ObstacleAhead,
}
