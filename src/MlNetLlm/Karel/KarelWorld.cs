using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace MlNetLlm.Karel;

/// <summary>
/// A world of 8 x 8 cells whose outer ring is always wall: walls, markers with their counts, and the robot.
/// Bit <c>8 * row + column</c> of a bitboard is a cell; row 0 is the northern edge. Marker counts are held bit-sliced, one bitboard a
/// binary digit, so that running a program needs no memory besides this value. The ring of walls makes every border check superfluous.
/// </summary>
public struct KarelWorld : IEquatable<KarelWorld>
{
    /// <summary>Cells along a side, the ring of walls included.</summary>
    public const int Side = 8;

    /// <summary>Cells of a world, the ring of walls included.</summary>
    public const int Cells = Side * Side;

    /// <summary>
    /// Markers a cell can hold. <see cref="KarelOperation.PutMarker"/> on a full cell does nothing, a limit the published interpreter
    /// lacks; no program of up to 15 operations on a generated world (at most one marker a cell, none below the robot) can meet it.
    /// </summary>
    public const int MarkerLimit = 15;

    /// <summary>The outer ring of cells, wall in every world.</summary>
    public const ulong Ring = 0xFF818181818181FF;

    private ulong _walls, _markers1, _markers2, _markers4, _markers8;
    private byte _cell;
    private KarelDirection _direction;

    /// <summary>Makes a world without markers.</summary>
    /// <param name="walls">Bitboard of wall cells; the ring is added to it.</param>
    /// <param name="cell">The robot's cell, <c>8 * row + column</c>; it must be open.</param>
    /// <param name="direction">Where the robot looks.</param>
    /// <exception cref="ArgumentException">The robot's cell is a wall or outside the world, or the direction is unknown.</exception>
    public KarelWorld(ulong walls, int cell, KarelDirection direction)
    {
        if (cell is < 0 or >= Cells || ((walls | Ring) >> cell & 1) != 0)
            throw new ArgumentException($"The robot cannot stand on cell {cell}: it must be one of 0..63 that is no wall.", nameof(cell));
        if (direction > KarelDirection.West)
            throw new ArgumentException($"Direction {(int)direction} is unknown; it must be one of 0 to 3.", nameof(direction));

        _walls = walls | Ring;
        _cell = (byte)cell;
        _direction = direction;
    }

    /// <summary>Bitboard of the wall cells, the ring included.</summary>
    public readonly ulong Walls => _walls;

    /// <summary>The robot's cell, <c>8 * row + column</c>.</summary>
    public readonly int Cell => _cell;

    /// <summary>The robot's row, 1 to 6; 1 is the northernmost.</summary>
    public readonly int Row => _cell >> 3;

    /// <summary>The robot's column, 1 to 6; 1 is the westernmost.</summary>
    public readonly int Column => _cell & 7;

    /// <summary>Where the robot looks.</summary>
    public readonly KarelDirection Direction => _direction;

    /// <summary>Whether the cell in front of the robot is a wall.</summary>
    public readonly bool ObstacleAhead => WallTowards(_direction);

    /// <summary>Whether the cell next to the robot in a direction of the map (not of the robot) is a wall.</summary>
    /// <param name="direction">The direction.</param>
    public readonly bool WallTowards(KarelDirection direction) => (_walls >> Neighbour(_cell, direction) & 1) != 0;

    /// <summary>Counts the markers on a cell.</summary>
    /// <param name="cell">The cell, 0 to 63.</param>
    /// <returns>0 to <see cref="MarkerLimit"/>.</returns>
    public readonly int MarkersAt(int cell)
        => (int)(_markers1 >> cell & 1 | (_markers2 >> cell & 1) << 1 | (_markers4 >> cell & 1) << 2 | (_markers8 >> cell & 1) << 3);

    /// <summary>Finds the cells that hold at least so many markers.</summary>
    /// <param name="count">The least number of markers, 1 or more.</param>
    /// <returns>A bitboard.</returns>
    public readonly ulong MarkersAtLeast(int count)
    {
        ulong cells = 0;
        for (ulong rest = _markers1 | _markers2 | _markers4 | _markers8; rest != 0; rest &= rest - 1)
        {
            int cell = BitOperations.TrailingZeroCount(rest);
            if (MarkersAt(cell) >= count) cells |= 1ul << cell;
        }

        return cells;
    }

    /// <summary>Sets the number of markers on an open cell.</summary>
    /// <param name="cell">The cell, 0 to 63.</param>
    /// <param name="count">0 to <see cref="MarkerLimit"/>.</param>
    /// <exception cref="ArgumentException">The cell is a wall or outside the world, or the count is out of range.</exception>
    public void SetMarkers(int cell, int count)
    {
        if (cell is < 0 or >= Cells || (_walls >> cell & 1) != 0)
            throw new ArgumentException($"Cell {cell} cannot hold markers: it must be one of 0..63 that is no wall.", nameof(cell));
        if (count is < 0 or > MarkerLimit)
            throw new ArgumentException($"{count} markers on cell {cell}: a cell holds 0 to {MarkerLimit}.", nameof(count));

        var bit = 1ul << cell;
        _markers1 = (count & 1) != 0 ? _markers1 | bit : _markers1 & ~bit;
        _markers2 = (count & 2) != 0 ? _markers2 | bit : _markers2 & ~bit;
        _markers4 = (count & 4) != 0 ? _markers4 | bit : _markers4 & ~bit;
        _markers8 = (count & 8) != 0 ? _markers8 | bit : _markers8 & ~bit;
    }

    /// <summary>Carries out one operation. Total: it never fails for one of the five, whatever the world.</summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the five operations.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply(KarelOperation operation)
    {
        switch (operation)
        {
            case KarelOperation.PickMarker: Pick(); break;
            case KarelOperation.PutMarker: Put(); break;
            case KarelOperation.TurnRight: _direction = (KarelDirection)((int)_direction + 1 & 3); break;
            case KarelOperation.TurnLeft: _direction = (KarelDirection)((int)_direction + 3 & 3); break;
            case KarelOperation.Move: Move(); break;
            default: throw new ArgumentOutOfRangeException(nameof(operation), operation, "Known operations are 0 to 4.");
        }
    }

    /// <summary>Runs a program.</summary>
    /// <param name="program">Its operations, in order.</param>
    public void Run(ReadOnlySpan<KarelOperation> program)
    {
        var world = this;                                       // a local the compiler keeps in registers
        foreach (var operation in program) world.Apply(operation);
        this = world;
    }

    /// <summary>Runs a program whose operations mean what <paramref name="semantics"/> says.</summary>
    /// <param name="program">Its operations as written, in order.</param>
    /// <param name="semantics">What each written operation does.</param>
    public void Run(ReadOnlySpan<KarelOperation> program, KarelSemantics semantics)
    {
        var world = this;
        foreach (var operation in program) world.Apply(semantics[operation]);
        this = world;
    }

    /// <summary>
    /// Whether two worlds look the same when drawn, as the paper compares them: the robot's sign hides the markers below it, which
    /// therefore do not count. <see cref="Equals(KarelWorld)"/> compares them too.
    /// </summary>
    /// <param name="other">The other world.</param>
    public readonly bool LooksLike(in KarelWorld other)
        => _walls == other._walls && _cell == other._cell && _direction == other._direction && (Differences(other) & ~(1ul << _cell)) == 0;

    /// <inheritdoc/>
    public readonly bool Equals(KarelWorld other)
        => _walls == other._walls && _cell == other._cell && _direction == other._direction && Differences(other) == 0;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is KarelWorld other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => (int)Hash64();

    /// <summary>Tells two worlds to be equal.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(KarelWorld left, KarelWorld right) => left.Equals(right);

    /// <summary>Tells two worlds to differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(KarelWorld left, KarelWorld right) => !left.Equals(right);

    /// <summary>
    /// Draws the world in eight lines: <c>#</c> wall, <c>.</c> empty, a hexadecimal digit for markers, and <c>^ &gt; v &lt;</c> for the
    /// robot, which hides the markers below it.
    /// </summary>
    public override readonly string ToString()
    {
        var text = new StringBuilder(Cells + Side);
        for (int cell = 0; cell < Cells; cell++)
        {
            if (cell > 0 && cell % Side == 0) text.Append('\n');
            text.Append(cell == _cell ? "^>v<"[(int)_direction] : (_walls >> cell & 1) != 0 ? '#' : ".123456789abcdef"[MarkersAt(cell)]);
        }

        return text.ToString();
    }

    /// <summary>A hash of everything that <see cref="Equals(KarelWorld)"/> compares, the same in every process.</summary>
    internal readonly ulong Hash64()
    {
        var hash = KarelRandom.Mix(_walls ^ (ulong)_cell ^ (ulong)_direction << 56);    // bits of the ring, the same in every world
        hash = KarelRandom.Mix(hash ^ _markers1);
        hash = KarelRandom.Mix(hash ^ _markers2);
        hash = KarelRandom.Mix(hash ^ _markers4);
        return KarelRandom.Mix(hash ^ _markers8);
    }

    private readonly ulong Differences(in KarelWorld other)
        => _markers1 ^ other._markers1 | _markers2 ^ other._markers2 | _markers4 ^ other._markers4 | _markers8 ^ other._markers8;

    private static int Neighbour(int cell, KarelDirection direction)
        => cell + (sbyte)(0xFF_08_01_F8u >> ((int)direction << 3));          // -8, +1, +8, -1: one byte a direction

    private void Move()
    {
        int ahead = Neighbour(_cell, _direction);
        if ((_walls >> ahead & 1) == 0) _cell = (byte)ahead;
    }

    // Adds one to the cell's binary digits: a carry goes on while a digit is one. The fourth carry would overflow: then nothing is done.
    private void Put()
    {
        var bit = 1ul << _cell;
        var carry2 = _markers1 & bit;
        var carry4 = _markers2 & carry2;
        var carry8 = _markers4 & carry4;
        if ((_markers8 & carry8) != 0) return;
        (_markers1, _markers2, _markers4, _markers8) = (_markers1 ^ bit, _markers2 ^ carry2, _markers4 ^ carry4, _markers8 ^ carry8);
    }

    // Takes one away: a borrow goes on while a digit is zero. Without any marker the fourth borrow would underflow: then nothing is done.
    private void Pick()
    {
        var bit = 1ul << _cell;
        var borrow2 = bit & ~_markers1;
        var borrow4 = borrow2 & ~_markers2;
        var borrow8 = borrow4 & ~_markers4;
        if ((borrow8 & ~_markers8) != 0) return;
        (_markers1, _markers2, _markers4, _markers8) = (_markers1 ^ bit, _markers2 ^ borrow2, _markers4 ^ borrow4, _markers8 ^ borrow8);
    }
}
