namespace MlNetLlm.Karel;

/// <summary>
/// A reference program and its input and output worlds: the first <see cref="Examples"/> pairs are the specification, the others are held
/// out. Generators refill one object, so reading many tasks needs no further memory.
/// </summary>
public sealed class KarelTask
{
    private readonly KarelWorld[] _inputs, _outputs;
    private readonly KarelOperation[] _program;
    private int _length;

    /// <summary>Makes an empty task with room for what <paramref name="options"/> can draw.</summary>
    /// <param name="options">The options of the generator that will fill it.</param>
    public KarelTask(KarelOptions options)
    {
        Examples = options.Examples;
        _inputs = new KarelWorld[options.Examples + options.HeldOutExamples];
        _outputs = new KarelWorld[_inputs.Length];
        _program = new KarelOperation[options.MaxLength];
    }

    /// <summary>Makes a task from a program and inputs of any origin; the outputs are what the program makes of them.</summary>
    /// <param name="program">The reference program.</param>
    /// <param name="inputs">The input worlds.</param>
    /// <param name="examples">How many of them the specification shows.</param>
    /// <exception cref="ArgumentException">There are fewer inputs than examples to show, or none is shown.</exception>
    public KarelTask(ReadOnlySpan<KarelOperation> program, ReadOnlySpan<KarelWorld> inputs, int examples)
    {
        if (examples < 1 || examples > inputs.Length)
            throw new ArgumentException(
                $"A task of {inputs.Length} inputs cannot show {examples}: it must show at least one, at most all.");
        Examples = examples;
        _program = program.ToArray();
        _length = program.Length;
        _inputs = inputs.ToArray();
        _outputs = new KarelWorld[_inputs.Length];
        RunProgram();
    }

    /// <summary>How many pairs the specification shows.</summary>
    public int Examples { get; }

    /// <summary>The operations of the reference program.</summary>
    public ReadOnlySpan<KarelOperation> Program => _program.AsSpan(0, _length);

    /// <summary>All input worlds, the shown ones first.</summary>
    public ReadOnlySpan<KarelWorld> Inputs => _inputs;

    /// <summary>What the reference program makes of <see cref="Inputs"/>.</summary>
    public ReadOnlySpan<KarelWorld> Outputs => _outputs;

    /// <summary>The inputs that the specification shows.</summary>
    public ReadOnlySpan<KarelWorld> ShownInputs => _inputs.AsSpan(0, Examples);

    /// <summary>The outputs that the specification shows.</summary>
    public ReadOnlySpan<KarelWorld> ShownOutputs => _outputs.AsSpan(0, Examples);

    /// <summary>Whether a program does what the shown pairs ask (generative accuracy counts these).</summary>
    /// <param name="program">The program.</param>
    /// <param name="match">How outputs are compared.</param>
    public bool IsSolvedBy(ReadOnlySpan<KarelOperation> program, KarelMatch match = KarelMatch.Drawn) => Solves(program, Examples, match);

    /// <summary>Whether a program also does what the held-out pairs ask.</summary>
    /// <param name="program">The program.</param>
    /// <param name="match">How outputs are compared.</param>
    public bool IsGeneralisedBy(ReadOnlySpan<KarelOperation> program, KarelMatch match = KarelMatch.Drawn)
        => Solves(program, _inputs.Length, match);

    internal void Fill(ref KarelRandom random, KarelGenerator generator, int length)
    {
        _length = length;
        generator.DrawProgram(ref random, _program.AsSpan(0, length));
        for (int i = 0; i < _inputs.Length; i++) _inputs[i] = generator.DrawWorld(ref random);
        RunProgram();
    }

    private void RunProgram()
    {
        _inputs.CopyTo(_outputs, 0);
        foreach (ref var world in _outputs.AsSpan()) world.Run(Program);
    }

    private bool Solves(ReadOnlySpan<KarelOperation> program, int pairs, KarelMatch match)
    {
        for (int i = 0; i < pairs; i++)
        {
            var world = _inputs[i];
            world.Run(program);
            if (match == KarelMatch.Drawn ? !world.LooksLike(_outputs[i]) : world != _outputs[i]) return false;
        }

        return true;
    }
}

/// <summary>How two worlds are compared.</summary>
public enum KarelMatch
{
    /// <summary>As drawn, the paper's way: markers below the robot are hidden and do not count.</summary>
    Drawn,

    /// <summary>In everything, hidden markers included.</summary>
    Complete,
}
