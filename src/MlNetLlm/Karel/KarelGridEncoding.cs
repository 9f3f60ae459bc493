using MlNetLlm.Tokenization;

namespace MlNetLlm.Karel;

/// <summary>
/// The compact encoding of the miniature: one token a world, whose embedding is the sum of the embeddings of its features
/// (<see cref="KarelGridFeatures"/>), then the begin token and one token an operation. A specification of one example and a program of
/// eight operations take 12 tokens, against 124 as text.
/// </summary>
public sealed class KarelGridEncoding : IKarelEncoding
{
    /// <summary>Stands where a world is; its embedding is the sum over the world's features.</summary>
    public const int GridToken = 3;

    private const int Pad = 0, End = 1, Begin = 2, FirstOperation = 4;
    private static readonly int[] AnyOperation = [4, 5, 6, 7, 8], OperationOrEnd = [1, 4, 5, 6, 7, 8], OnlyEnd = [1];

    private KarelGridEncoding()
    {
    }

    /// <summary>The one instance.</summary>
    public static KarelGridEncoding Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "grid";

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } = ["<pad>", "<end>", "<begin>", "<grid>", "pick", "put", "right", "left", "move"];

    /// <inheritdoc/>
    public SpecialTokens Special { get; } = new() { Bos = Begin, Eos = End, Pad = Pad };

    /// <inheritdoc/>
    public int PromptLength(int examples) => 2 * examples + 1;

    /// <inheritdoc/>
    public int ProgramLength(int operations) => operations + 1;

    /// <inheritdoc/>
    public void WritePrompt(ReadOnlySpan<KarelWorld> inputs, ReadOnlySpan<KarelWorld> outputs, Span<int> tokens)
    {
        KarelChecks.Prompt(this, inputs.Length, outputs.Length, tokens.Length);
        tokens[..^1].Fill(GridToken);
        tokens[^1] = Begin;
    }

    /// <inheritdoc/>
    public void WriteProgram(ReadOnlySpan<KarelOperation> program, Span<int> tokens)
    {
        KarelChecks.Program(this, program.Length, tokens.Length);
        for (int i = 0; i < program.Length; i++) tokens[i] = FirstOperation + (int)program[i];
        tokens[^1] = End;
    }

    /// <inheritdoc/>
    public bool TryReadProgram(ReadOnlySpan<int> tokens, Span<KarelOperation> program, out int length)
    {
        for (length = 0; length < tokens.Length; length++)
        {
            if (tokens[length] == End) return true;
            if (tokens[length] is < FirstOperation or > FirstOperation + (int)KarelOperation.Move || length == program.Length) return false;
            program[length] = (KarelOperation)(tokens[length] - FirstOperation);
        }

        return false;
    }

    /// <inheritdoc/>
    public int EmittingPosition(int examples, int operation) => PromptLength(examples) + operation - 2;

    /// <inheritdoc/>
    public ReadOnlySpan<int> NextAllowed(int written, int maxOperations)
        => written == 0 ? AnyOperation : written < maxOperations ? OperationOrEnd : OnlyEnd;
}
