namespace MlNetLlm.Karel;

/// <summary>
/// The five operations of the language. A program is a straight line of them: the published data have neither loops nor conditionals
/// (Jin and Rinard 2024, arXiv 2305.11169). None can fail; an operation that has nothing to act on leaves the world as it is.
/// </summary>
public enum KarelOperation : byte
{
    /// <summary>Takes one marker from the robot's cell; nothing when there is none.</summary>
    PickMarker,

    /// <summary>Puts one marker on the robot's cell; the robot's bag is never empty.</summary>
    PutMarker,

    /// <summary>Turns the robot by 90 degrees to its right.</summary>
    TurnRight,

    /// <summary>Turns the robot by 90 degrees to its left.</summary>
    TurnLeft,

    /// <summary>Goes one cell ahead; nothing when a wall is there.</summary>
    Move,
}
