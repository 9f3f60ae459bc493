using MlNetLlm.Tokenization;

namespace MlNetLlm.Karel;

/// <summary>
/// How a specification and a program become one row of tokens: a prompt that shows the examples, then the program and its end token.
/// Everything is written into the caller's memory.
/// </summary>
public interface IKarelEncoding
{
    /// <summary>The name in options and reports.</summary>
    string Name { get; }

    /// <summary>The fixed vocabulary: the text of every token, by id.</summary>
    IReadOnlyList<string> Words { get; }

    /// <summary>Ids of the tokens with a role; the end of a program is <see cref="SpecialTokens.Eos"/>.</summary>
    SpecialTokens Special { get; }

    /// <summary>Tokens before a program's first: the examples and what introduces the program.</summary>
    /// <param name="examples">Pairs shown.</param>
    int PromptLength(int examples);

    /// <summary>Tokens of a program, its end token included.</summary>
    /// <param name="operations">Operations of the program.</param>
    int ProgramLength(int operations);

    /// <summary>Writes a prompt.</summary>
    /// <param name="inputs">The inputs shown, at most ten.</param>
    /// <param name="outputs">Their outputs.</param>
    /// <param name="tokens">Receives exactly <see cref="PromptLength"/> tokens.</param>
    void WritePrompt(ReadOnlySpan<KarelWorld> inputs, ReadOnlySpan<KarelWorld> outputs, Span<int> tokens);

    /// <summary>Writes a program and its end token.</summary>
    /// <param name="program">The program.</param>
    /// <param name="tokens">Receives exactly <see cref="ProgramLength"/> tokens.</param>
    void WriteProgram(ReadOnlySpan<KarelOperation> program, Span<int> tokens);

    /// <summary>Reads a program, as <see cref="WriteProgram"/> writes them, from tokens that a model may have written.</summary>
    /// <param name="tokens">The tokens after the prompt; what follows the end token is not read.</param>
    /// <param name="program">Receives the operations.</param>
    /// <param name="length">How many there are.</param>
    /// <returns>Whether the tokens are a program with its end token that fits into <paramref name="program"/>.</returns>
    bool TryReadProgram(ReadOnlySpan<int> tokens, Span<KarelOperation> program, out int length);

    /// <summary>
    /// The position, in prompt and program together, whose hidden state predicts an operation: the one before the operation's token.
    /// </summary>
    /// <param name="examples">Pairs shown.</param>
    /// <param name="operation">The operation, counted from 1.</param>
    int EmittingPosition(int examples, int operation);

    /// <summary>
    /// The tokens that keep a program parseable, for decoding under the grammar. They depend on how many tokens the program has, not on
    /// which, so that all rows of a batch that are not yet at their end share them. Programs have at least one operation.
    /// </summary>
    /// <param name="written">Tokens of the program written so far, none of them the end token.</param>
    /// <param name="maxOperations">Operations after which only the end is left.</param>
    ReadOnlySpan<int> NextAllowed(int written, int maxOperations);
}
