using System.Numerics;

namespace MlNetLlm.Karel;

/// <summary>
/// What a world holds, as a list of feature numbers: a model embeds a world as the sum of the features' embeddings. In order: a wall on
/// a cell; at least 1, 2, … markers on a cell; cell and direction of the robot together; its row; its column; its direction.
/// Only cells inside the ring have features.
/// </summary>
public sealed class KarelGridFeatures
{
    private readonly int _size, _levels, _cells, _firstPose, _firstRow, _firstColumn, _firstDirection;

    /// <summary>Makes the list for worlds of a size.</summary>
    /// <param name="interiorSize">Cells along a side that are not the ring, 2 to 6 (<see cref="KarelOptions.InteriorSize"/>).</param>
    /// <param name="markerLevels">
    /// Counts of markers told apart, 1 to 15. 2, as in the pilot, tells "one" from "more"; programs of L operations need L to be exact.
    /// </param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public KarelGridFeatures(int interiorSize = 6, int markerLevels = 2)
    {
        if (interiorSize is < 2 or > 6 || markerLevels is < 1 or > KarelWorld.MarkerLimit)
            throw new ArgumentException(
                $"Grid features need an interiorSize of 2 to 6 and markerLevels of 1 to {KarelWorld.MarkerLimit}, "
                + $"not {interiorSize} and {markerLevels}.");
        (_size, _levels, _cells) = (interiorSize, markerLevels, interiorSize * interiorSize);
        _firstPose = _cells * (1 + markerLevels);
        _firstRow = _firstPose + 4 * _cells;
        _firstColumn = _firstRow + interiorSize;
        _firstDirection = _firstColumn + interiorSize;
    }

    /// <summary>How many features there are: rows of the embedding table.</summary>
    public int Count => _firstDirection + 4;

    /// <summary>The most features that one world can have.</summary>
    public int MaxPerWorld => _cells * _levels + 4;

    /// <summary>Lists the features of a world, each once.</summary>
    /// <param name="world">The world.</param>
    /// <param name="features">Receives them; <see cref="MaxPerWorld"/> places always suffice.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="ArgumentException">The robot stands outside the cells that have features.</exception>
    public int Write(in KarelWorld world, Span<int> features)
    {
        if (world.Row > _size || world.Column > _size)
            throw new ArgumentException(
                $"The robot is at row {world.Row}, column {world.Column}; these features end at {_size}. Set interiorSize.");
        int count = Write(world.Walls, 0, features, 0);
        for (int level = 1; level <= _levels; level++)
        {
            var cells = world.MarkersAtLeast(level);
            if (cells == 0) break;
            count = Write(cells, _cells * level, features, count);
        }

        features[count++] = _firstPose + 4 * Index(world.Cell) + (int)world.Direction;
        features[count++] = _firstRow + world.Row - 1;
        features[count++] = _firstColumn + world.Column - 1;
        features[count++] = _firstDirection + (int)world.Direction;
        return count;
    }

    /// <summary>Makes the world again. Exact when no cell holds more markers than there are levels.</summary>
    /// <param name="features">What <see cref="Write(in KarelWorld, Span{int})"/> listed.</param>
    /// <exception cref="InvalidDataException">No feature tells where the robot is.</exception>
    public KarelWorld Read(ReadOnlySpan<int> features)
    {
        var walls = ~Inside();
        var markers = new int[KarelWorld.Cells];
        int pose = -1;
        foreach (int feature in features)
        {
            if (feature < _cells) walls |= 1ul << Cell(feature);
            else if (feature < _firstPose) markers[Cell(feature % _cells)]++;
            else if (feature < _firstRow) pose = feature - _firstPose;
        }

        if (pose < 0) throw new InvalidDataException($"None of the {features.Length} features of a world tells where the robot is.");
        var world = new KarelWorld(walls, Cell(pose / 4), (KarelDirection)(pose % 4));
        for (int cell = 0; cell < markers.Length; cell++)
            if (markers[cell] > 0) world.SetMarkers(cell, markers[cell]);
        return world;
    }

    private int Write(ulong cells, int first, Span<int> features, int count)
    {
        for (cells &= Inside(); cells != 0; cells &= cells - 1)
            features[count++] = first + Index(BitOperations.TrailingZeroCount(cells));
        return count;
    }

    private int Index(int cell) => _size * ((cell >> 3) - 1) + (cell & 7) - 1;

    private int Cell(int index) => KarelWorld.Side * (1 + index / _size) + 1 + index % _size;

    private ulong Inside() => KarelGenerator.Inside(_size);
}
