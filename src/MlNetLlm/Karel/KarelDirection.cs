namespace MlNetLlm.Karel;

/// <summary>Where the robot looks. A turn to the right is one step up in this order, a turn to the left one step down (modulo 4).</summary>
public enum KarelDirection : byte
{
    /// <summary>Up: towards smaller rows.</summary>
    North,

    /// <summary>Right: towards larger columns.</summary>
    East,

    /// <summary>Down: towards larger rows.</summary>
    South,

    /// <summary>Left: towards smaller columns.</summary>
    West,
}
