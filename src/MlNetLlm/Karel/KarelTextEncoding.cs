using MlNetLlm.Tokenization;

namespace MlNetLlm.Karel;

/// <summary>
/// The paper's text: five worlds before and after, drawn without their ring of walls, then the program as code. Joined, the words of a
/// row are that text. A cell is one token, blank included, so that five examples and a program of L operations take 452 + 3 L tokens;
/// with the tokenizer of the released code some versions spend a token of its own on the blank.
/// The closing brace is the end token, and markers below the robot are not shown.
/// </summary>
public sealed class KarelTextEncoding : IKarelEncoding
{
    private const int NewLine = 2, Indent = 4, ExamplesWord = 5, CodeWord = 6, Close = 10;
    private const int FirstOperation = 11, FirstInput = 16, FirstOutput = 26;
    private const int Wall = 36, Empty = 37, FirstRobot = 38, FirstMarker = 42, ShownMarkers = 9;
    private const int GridLength = 2 + 6 * 7, OperationLength = 3, HeaderLength = 3, FooterLength = 3;

    private static readonly int[] Preamble = [7, 3, 8, 9, NewLine], OnlyNewLine = [NewLine], OnlyIndent = [Indent], OnlyClose = [Close];
    private static readonly int[] IndentOrClose = [Indent, Close], AnyOperation = [11, 12, 13, 14, 15];

    private KarelTextEncoding()
    {
    }

    /// <summary>The one instance.</summary>
    public static KarelTextEncoding Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "text";

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        "<PAD>", "<EOS>", "\n", " ", "  ", "Examples:", "Code:", "def", "run()", " {", "}",
        "pick_marker()", "put_marker()", "turn_right()", "turn_left()", "move()",
        .. Enumerable.Range(0, 10).Select(i => $"Input{i}"), .. Enumerable.Range(0, 10).Select(i => $"Output{i}"),
        " __wall__", " __space__", " __up__", " __right__", " __down__", " __left__",
        .. Enumerable.Range(1, ShownMarkers).Select(i => $" __{i}_Marker__"),
    ];

    /// <inheritdoc/>
    public SpecialTokens Special { get; } = new() { Eos = Close, Pad = 0 };

    /// <inheritdoc/>
    public int PromptLength(int examples) => HeaderLength + 2 * GridLength * examples + FooterLength;

    /// <inheritdoc/>
    public int ProgramLength(int operations) => Preamble.Length + OperationLength * operations + 1;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A cell shows more than nine markers, for which there is no word.</exception>
    public void WritePrompt(ReadOnlySpan<KarelWorld> inputs, ReadOnlySpan<KarelWorld> outputs, Span<int> tokens)
    {
        KarelChecks.Prompt(this, inputs.Length, outputs.Length, tokens.Length);
        int at = Put(tokens, 0, ExamplesWord, NewLine, NewLine);
        for (int i = 0; i < inputs.Length; i++)
        {
            at = Put(tokens, at, inputs[i], FirstInput + i);
            at = Put(tokens, at, outputs[i], FirstOutput + i);
        }

        Put(tokens, at, NewLine, CodeWord, NewLine);
    }

    /// <inheritdoc/>
    public void WriteProgram(ReadOnlySpan<KarelOperation> program, Span<int> tokens)
    {
        KarelChecks.Program(this, program.Length, tokens.Length);
        Preamble.CopyTo(tokens);
        int at = Preamble.Length;
        foreach (var operation in program) at = Put(tokens, at, Indent, FirstOperation + (int)operation, NewLine);
        tokens[at] = Close;
    }

    /// <inheritdoc/>
    public bool TryReadProgram(ReadOnlySpan<int> tokens, Span<KarelOperation> program, out int length)
    {
        length = 0;
        if (!tokens.StartsWith(Preamble)) return false;
        for (var rest = tokens[Preamble.Length..]; ; rest = rest[OperationLength..], length++)
        {
            if (rest.Length > 0 && rest[0] == Close) return true;
            bool isOperation = rest.Length >= OperationLength && rest[0] == Indent && rest[2] == NewLine
                && rest[1] is >= FirstOperation and < FirstInput;
            if (!isOperation || length == program.Length) return false;
            program[length] = (KarelOperation)(rest[1] - FirstOperation);
        }
    }

    /// <summary>Reads the worlds that a prompt draws. Markers below the robot are lost.</summary>
    /// <param name="tokens">A prompt, as <see cref="WritePrompt"/> writes it.</param>
    /// <param name="inputs">Receives the inputs; its length is the number of examples.</param>
    /// <param name="outputs">Receives as many outputs.</param>
    /// <exception cref="InvalidDataException">The tokens are no such prompt; the message says where it goes wrong.</exception>
    public void ReadPrompt(ReadOnlySpan<int> tokens, Span<KarelWorld> inputs, Span<KarelWorld> outputs)
    {
        KarelChecks.Prompt(this, inputs.Length, outputs.Length, tokens.Length);
        for (int i = 0, at = HeaderLength; i < inputs.Length; i++, at += 2 * GridLength)
        {
            inputs[i] = ReadWorld(tokens.Slice(at, GridLength), at);
            outputs[i] = ReadWorld(tokens.Slice(at + GridLength, GridLength), at + GridLength);
        }

        var again = new int[tokens.Length];
        WritePrompt(inputs, outputs, again);
        int same = tokens.CommonPrefixLength(again);
        if (same < tokens.Length) throw Malformed(same, tokens[same]);
    }

    /// <inheritdoc/>
    public int EmittingPosition(int examples, int operation)
        => PromptLength(examples) + Preamble.Length + OperationLength * (operation - 1);

    /// <inheritdoc/>
    public ReadOnlySpan<int> NextAllowed(int written, int maxOperations)
    {
        if (written < Preamble.Length) return Preamble.AsSpan(written, 1);
        var (operations, part) = Math.DivRem(written - Preamble.Length, OperationLength);
        return part switch
        {
            0 when operations == 0 => OnlyIndent,
            0 => operations < maxOperations ? IndentOrClose : OnlyClose,
            1 => AnyOperation,
            _ => OnlyNewLine,
        };
    }

    private static int Put(Span<int> tokens, int at, int first, int second, int third)
    {
        (tokens[at], tokens[at + 1], tokens[at + 2]) = (first, second, third);
        return at + 3;
    }

    private static int Put(Span<int> tokens, int at, in KarelWorld world, int header)
    {
        (tokens[at], tokens[at + 1]) = (header, NewLine);
        at += 2;
        for (int row = 1; row <= 6; row++)
        {
            for (int column = 1; column <= 6; column++) tokens[at++] = Cell(world, KarelWorld.Side * row + column);
            tokens[at++] = NewLine;
        }

        return at;
    }

    private static int Cell(in KarelWorld world, int cell)
    {
        if (cell == world.Cell) return FirstRobot + (int)world.Direction;
        if ((world.Walls >> cell & 1) != 0) return Wall;
        int markers = world.MarkersAt(cell);
        if (markers > ShownMarkers)
            throw new InvalidOperationException(
                $"Cell {cell} holds {markers} markers; the paper's text has words for 1 to {ShownMarkers}. "
                + "Use programs of at most 10 operations.");
        return markers == 0 ? Empty : FirstMarker + markers - 1;
    }

    private static KarelWorld ReadWorld(ReadOnlySpan<int> tokens, int position)
    {
        ulong walls = 0;
        int robot = -1, direction = 0;
        for (int i = 0; i < 36; i++)
        {
            int token = tokens[2 + i + i / 6], cell = KarelWorld.Side * (1 + i / 6) + 1 + i % 6;
            if (token == Wall) walls |= 1ul << cell;
            if (token is >= FirstRobot and < FirstMarker) (robot, direction) = (cell, token - FirstRobot);
        }

        if (robot < 0) throw new InvalidDataException($"The world at token {position} of the prompt has no robot.");
        var world = new KarelWorld(walls, robot, (KarelDirection)direction);
        for (int i = 0; i < 36; i++)
        {
            int token = tokens[2 + i + i / 6];
            if (token is >= FirstMarker and < FirstMarker + ShownMarkers)
                world.SetMarkers(KarelWorld.Side * (1 + i / 6) + 1 + i % 6, token - FirstMarker + 1);
        }

        return world;
    }

    private static InvalidDataException Malformed(int position, int token)
        => new($"Token {position} of the prompt is {token}, which does not belong there. Expected the form that WritePrompt writes.");
}
