using MlNetLlm.Karel;

namespace MlNetLlm.Tests.Karel;

/// <summary>The obvious interpreter that the one on bitboards is compared with: arrays, and a step as a pair of differences.</summary>
internal sealed class SlowKarel
{
    private readonly bool[,] _walls = new bool[8, 8];
    private readonly int[,] _markers = new int[8, 8];
    private int _x, _y, _dx, _dy;

    public SlowKarel(KarelWorld world)
    {
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 8; x++)
            {
                _walls[x, y] = (world.Walls & 1ul << 8 * y + x) != 0;
                _markers[x, y] = world.MarkersAt(8 * y + x);
            }
        }

        (_x, _y) = (world.Column, world.Row);
        (_dx, _dy) = world.Direction switch
        {
            KarelDirection.North => (0, -1),
            KarelDirection.East => (1, 0),
            KarelDirection.South => (0, 1),
            _ => (-1, 0),
        };
    }

    public void Apply(KarelOperation operation)
    {
        if (operation == KarelOperation.Move && !_walls[_x + _dx, _y + _dy]) (_x, _y) = (_x + _dx, _y + _dy);
        if (operation == KarelOperation.TurnLeft) TurnLeft();
        if (operation == KarelOperation.TurnRight)
        {
            TurnLeft();
            TurnLeft();
            TurnLeft();
        }

        if (operation == KarelOperation.PickMarker && _markers[_x, _y] > 0) _markers[_x, _y]--;
        if (operation == KarelOperation.PutMarker && _markers[_x, _y] < 15) _markers[_x, _y]++;
    }

    public KarelWorld ToWorld()
    {
        ulong walls = 0;
        for (int cell = 0; cell < 64; cell++)
            if (_walls[cell % 8, cell / 8]) walls |= 1ul << cell;
        var direction = (_dx, _dy) switch
        {
            (0, -1) => KarelDirection.North,
            (1, 0) => KarelDirection.East,
            (0, 1) => KarelDirection.South,
            _ => KarelDirection.West,
        };
        var world = new KarelWorld(walls, 8 * _y + _x, direction);
        for (int cell = 0; cell < 64; cell++)
            if (_markers[cell % 8, cell / 8] > 0) world.SetMarkers(cell, _markers[cell % 8, cell / 8]);
        return world;
    }

    private void TurnLeft() => (_dx, _dy) = (_dy, -_dx);      // y grows downwards
}
