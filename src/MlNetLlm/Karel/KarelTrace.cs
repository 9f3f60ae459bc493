namespace MlNetLlm.Karel;

/// <summary>
/// The states a program goes through, and which of them label which hidden state. State 0 is the input, state i the one after operation
/// i (counted from 1), state L the output.
/// <para>
/// Hidden state i is the one that emitted operation i: it has read everything before that operation. At offset 0 it is paired with
/// state i, the state after the operation it emits; at offset k with state i + k. The input and the output are never labels, since the
/// prompt shows both, and neither is the vector of the last operation used: a program of L operations gives L - 1 - |k| pairs.
/// </para>
/// </summary>
public static class KarelTrace
{
    /// <summary>Runs a program and keeps every state.</summary>
    /// <param name="input">State 0.</param>
    /// <param name="program">The program, L operations.</param>
    /// <param name="semantics">What its operations mean.</param>
    /// <param name="states">Receives states 0 to L.</param>
    /// <exception cref="ArgumentException"><paramref name="states"/> has not exactly L + 1 places.</exception>
    public static void Run(in KarelWorld input, ReadOnlySpan<KarelOperation> program, KarelSemantics semantics, Span<KarelWorld> states)
    {
        if (states.Length != program.Length + 1)
            throw new ArgumentException($"A trace of {program.Length} operations has {program.Length + 1} states, not {states.Length}.");
        var state = states[0] = input;
        for (int i = 0; i < program.Length; i++)
        {
            state.Apply(semantics[program[i]]);
            states[i + 1] = state;
        }
    }

    /// <summary>Runs a program and reads the features of every state, offsets counted from the input.</summary>
    /// <param name="input">State 0.</param>
    /// <param name="program">The program, L operations.</param>
    /// <param name="semantics">What its operations mean.</param>
    /// <param name="features">Receives the features of states 0 to L.</param>
    /// <exception cref="ArgumentException"><paramref name="features"/> has not exactly L + 1 places.</exception>
    public static void Features(
        in KarelWorld input, ReadOnlySpan<KarelOperation> program, KarelSemantics semantics, Span<KarelFeatures> features)
    {
        if (features.Length != program.Length + 1)
            throw new ArgumentException($"A trace of {program.Length} operations has {program.Length + 1} states, not {features.Length}.");
        var state = input;
        features[0] = KarelFeatures.Of(state, input);
        for (int i = 0; i < program.Length; i++)
        {
            state.Apply(semantics[program[i]]);
            features[i + 1] = KarelFeatures.Of(state, input);
        }
    }

    /// <summary>Tells which state labels the vector that emitted an operation.</summary>
    /// <param name="operation">The operation, counted from 1.</param>
    /// <param name="offset">0: the state after it; positive: later states; negative: earlier ones.</param>
    /// <param name="length">Operations of the program.</param>
    /// <param name="state">The number of the state.</param>
    /// <returns>Whether the pair is used: neither the vector is the last one nor the state the input or the output.</returns>
    public static bool TryPair(int operation, int offset, int length, out int state)
    {
        state = operation + offset;
        return operation >= 1 && operation < length && state >= 1 && state < length;
    }

    /// <summary>Counts the pairs that a program gives at an offset.</summary>
    /// <param name="length">Operations of the program.</param>
    /// <param name="offset">The offset.</param>
    public static int Pairs(int length, int offset) => Math.Max(0, length - 1 - Math.Abs(offset));
}
