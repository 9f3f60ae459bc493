namespace MlNetLlm.Karel;

/// <summary>
/// What has been said, as features: where the robot started and the operations so far, each one-hot. A probe on the record shows how much
/// of a state a probe can compute by itself; a probe on hidden states that does no better shows nothing about the model.
/// In order: the robot's cell (36) and direction (4), whether each interior cell is a wall (36, on request), and five places an operation.
/// </summary>
/// <param name="MaxOperations">Operations that a record has places for.</param>
/// <param name="WithWalls">Whether it holds the walls, which decide where moves end.</param>
public readonly record struct KarelRecord(int MaxOperations, bool WithWalls = true)
{
    private const int Cells = 36, Directions = 4, Operations = 5;

    /// <summary>Features of a record.</summary>
    public int Width => Cells + Directions + (WithWalls ? Cells : 0) + Operations * MaxOperations;

    /// <summary>Writes a record.</summary>
    /// <param name="input">The world at the start.</param>
    /// <param name="written">The operations so far. With the one about to be emitted the record decides the state after it.</param>
    /// <param name="features">Receives <see cref="Width"/> zeros and ones.</param>
    /// <exception cref="ArgumentException">There are more operations than places, or the room is not the width.</exception>
    public void Write(in KarelWorld input, ReadOnlySpan<KarelOperation> written, Span<float> features)
    {
        if (written.Length > MaxOperations || features.Length != Width)
            throw new ArgumentException(
                $"A record of up to {MaxOperations} operations is {Width} wide; it cannot hold {written.Length} in {features.Length}.");
        features.Clear();
        features[6 * (input.Row - 1) + input.Column - 1] = 1;
        features[Cells + (int)input.Direction] = 1;
        int first = Cells + Directions;
        for (int i = 0; WithWalls && i < Cells; i++)
            features[first + i] = input.Walls >> KarelWorld.Side * (1 + i / 6) + 1 + i % 6 & 1;
        first += WithWalls ? Cells : 0;
        for (int i = 0; i < written.Length; i++) features[first + Operations * i + (int)written[i]] = 1;
    }
}
