namespace MlNetLlm.Karel;

/// <summary>
/// Draws tasks: each is a function of the seed, the stream's name and its index alone, so any worker can make any of them at any time.
/// <para>
/// World: every interior cell is a wall with probability <see cref="KarelOptions.WallShare"/>; the robot's cell and direction are uniform
/// and its cell is opened; every open cell but the robot's then holds one marker with probability
/// <see cref="KarelOptions.MarkerShare"/>. Program: operations independent of each other, by weight. Nothing is rejected: no filter for
/// operations without effect, no removal of duplicates, as in the published generator.
/// </para>
/// <para>
/// Lengths have exactly equal shares: each aligned block of <c>MaxLength - MinLength + 1</c> indexes holds every length once, in an order
/// drawn for the block.
/// </para>
/// </summary>
public sealed class KarelGenerator
{
    private readonly KarelOptions _options;
    private readonly ulong _taskKey, _lengthKey;
    private readonly int[] _weights;
    private readonly int _weightSum;
    private readonly ulong _outside;

    /// <summary>Makes a generator.</summary>
    /// <param name="options">What to draw.</param>
    /// <param name="stream">Name of the stream, such as "train" or "test"; different names give independent tasks.</param>
    /// <exception cref="ArgumentException">Options are out of range, or the name is empty.</exception>
    public KarelGenerator(KarelOptions options, string stream = "train")
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        _options = options.Validated();
        Stream = stream;
        _taskKey = KarelRandom.Key(options.Seed, $"karel/{stream}");
        _lengthKey = KarelRandom.Key(options.Seed, $"karel/{stream}/length");
        _weights = options.Weights;
        _weightSum = _weights.Sum();
        _outside = ~Inside(options.InteriorSize);
    }

    /// <summary>What it draws.</summary>
    public KarelOptions Options => _options;

    /// <summary>The name of the stream.</summary>
    public string Stream { get; }

    /// <summary>Draws a task.</summary>
    /// <param name="index">Its place in the stream, 0 or more.</param>
    public KarelTask Draw(long index)
    {
        var task = new KarelTask(_options);
        Draw(index, task);
        return task;
    }

    /// <summary>Draws a task into an object made for these options, without allocating.</summary>
    /// <param name="index">Its place in the stream, 0 or more.</param>
    /// <param name="task">Receives it.</param>
    public void Draw(long index, KarelTask task)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var random = KarelRandom.At(_taskKey, index);
        task.Fill(ref random, this, LengthAt(index));
    }

    /// <summary>The number of operations of the program at an index.</summary>
    /// <param name="index">Its place in the stream, 0 or more.</param>
    public int LengthAt(long index)
    {
        int count = _options.MaxLength - _options.MinLength + 1;
        var random = KarelRandom.At(_lengthKey, index / count);
        Span<int> lengths = stackalloc int[count];
        for (int i = 0; i < count; i++)                         // Fisher and Yates, inside out
        {
            int j = random.Below(i + 1);
            lengths[i] = lengths[j];
            lengths[j] = _options.MinLength + i;
        }

        return lengths[(int)(index % count)];
    }

    internal void DrawProgram(ref KarelRandom random, Span<KarelOperation> program)
    {
        for (int i = 0; i < program.Length; i++)
        {
            int operation = 0;
            for (int rest = random.Below(_weightSum); rest >= _weights[operation]; operation++) rest -= _weights[operation];
            program[i] = (KarelOperation)operation;
        }
    }

    internal KarelWorld DrawWorld(ref KarelRandom random)
    {
        var walls = _outside | DrawCells(ref random, ~_outside, _options.WallShare);
        int size = _options.InteriorSize;
        int robot = KarelWorld.Side * (1 + random.Below(size)) + 1 + random.Below(size);
        walls &= ~(1ul << robot);
        var world = new KarelWorld(walls, robot, (KarelDirection)random.Below(4));
        for (var markers = DrawCells(ref random, ~walls & ~(1ul << robot), _options.MarkerShare); markers != 0; markers &= markers - 1)
            world.SetMarkers(System.Numerics.BitOperations.TrailingZeroCount(markers), 1);
        return world;
    }

    // Each of the cells with the probability, independently.
    private static ulong DrawCells(ref KarelRandom random, ulong cells, double probability)
    {
        ulong drawn = 0;
        for (; cells != 0; cells &= cells - 1)
            if (random.NextDouble() < probability) drawn |= cells & (~cells + 1);
        return drawn;
    }

    /// <summary>The cells of an interior of this size, in the upper left corner.</summary>
    internal static ulong Inside(int size)
    {
        ulong inside = 0;
        for (int row = 1; row <= size; row++) inside |= ((1ul << size) - 1) << KarelWorld.Side * row + 1;
        return inside;
    }
}
