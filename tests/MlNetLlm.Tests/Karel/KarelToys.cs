using MlNetLlm.Karel;

namespace MlNetLlm.Tests.Karel;

/// <summary>Worlds and programs that several tests use.</summary>
internal static class KarelToys
{
    public const KarelOperation Pick = KarelOperation.PickMarker, Put = KarelOperation.PutMarker;
    public const KarelOperation Right = KarelOperation.TurnRight, Left = KarelOperation.TurnLeft, Move = KarelOperation.Move;

    /// <summary>Two walls inside the ring, the robot on column 3, row 3, looking north.</summary>
    public static KarelWorld World { get; } = Read(
        """
        ########
        #......#
        #.#....#
        #..^...#
        #....#.#
        #......#
        #......#
        ########
        """);

    /// <summary>Reads a world as <see cref="KarelWorld.ToString"/> draws it.</summary>
    public static KarelWorld Read(string drawing)
    {
        var signs = drawing.ReplaceLineEndings("").ToCharArray();
        ulong walls = 0;
        for (int cell = 0; cell < 64; cell++)
            if (signs[cell] == '#') walls |= 1ul << cell;
        int robot = Array.FindIndex(signs, sign => "^>v<".Contains(sign));
        var world = new KarelWorld(walls, robot, (KarelDirection)"^>v<".IndexOf(signs[robot]));
        for (int cell = 0; cell < 64; cell++)
            if (char.IsAsciiHexDigit(signs[cell])) world.SetMarkers(cell, Convert.ToInt32($"{signs[cell]}", 16));
        return world;
    }

    /// <summary>A world unlike the generator's: any share of walls, any number of markers, below the robot too.</summary>
    public static KarelWorld RandomWorld(Random random)
    {
        var share = random.NextDouble() * 0.6;
        ulong walls = 0;
        for (int cell = 0; cell < 64; cell++)
            if (random.NextDouble() < share) walls |= 1ul << cell;
        int robot = 8 * random.Next(1, 7) + random.Next(1, 7);
        var world = new KarelWorld(walls & ~(1ul << robot), robot, (KarelDirection)random.Next(4));
        for (int cell = 0; cell < 64; cell++)
            if ((world.Walls >> cell & 1) == 0 && random.Next(3) == 0) world.SetMarkers(cell, random.Next(16));
        return world;
    }

    public static KarelOperation[] RandomProgram(Random random, int maxLength)
    {
        var program = new KarelOperation[random.Next(maxLength + 1)];
        for (int i = 0; i < program.Length; i++) program[i] = (KarelOperation)random.Next(5);
        return program;
    }
}
