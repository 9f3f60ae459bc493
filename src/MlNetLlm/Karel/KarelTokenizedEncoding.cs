using MlNetLlm.Tokenization;

namespace MlNetLlm.Karel;

/// <summary>
/// The paper's text in the tokens of a model's own tokenizer, for checkpoints made elsewhere: CodeGen's vocabulary with the words of the
/// text added, as the released code has it, where a cell takes two tokens or one. Each word must give the same tokens wherever it stands.
/// </summary>
public sealed class KarelTokenizedEncoding : IKarelEncoding
{
    private static readonly KarelTextEncoding _text = KarelTextEncoding.Instance;
    private readonly int[][] _words;                // of each word of the text, its tokens
    private readonly int[] _preamble, _newLine, _indent, _close, _indentOrClose, _operations;

    /// <summary>Writes the text with a tokenizer.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <exception cref="ArgumentException">
    /// An operation, a line's end, its indent or the closing brace is not one token, words of one kind differ in their number of tokens, or
    /// the tokenizer cuts a whole text otherwise than its words.
    /// </exception>
    public KarelTokenizedEncoding(TextTokenizer tokenizer)
    {
        _words = [.. _text.Words.Select((word, id) => id < FirstWord ? [] : tokenizer.EncodeToIds(word).ToArray())];
        var text = _text.Words.ToList();
        (_newLine, _indent, _close) = (One("\n"), One("  "), One("}"));
        _operations = [.. Enum.GetValues<KarelOperation>().Select(operation => One(_text.Words[FirstOperation + (int)operation])[0])];
        _indentOrClose = [_indent[0], _close[0]];
        var (prompt, program) = Sample();
        _preamble = [.. program[..Preamble].SelectMany(word => _words[word])];
        Special = new SpecialTokens { Eos = _close[0], Pad = tokenizer.Special.Pad ?? 0 };
        Words = [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(id => tokenizer.TokenText(id) ?? "")];
        RequireSameLengths(" __");
        RequireSameLengths("Input", "Output");
        int[] both = [.. prompt, .. program];
        var whole = tokenizer.EncodeToIds(string.Concat(both.Select(word => _text.Words[word])));
        if (!whole.SequenceEqual(both.SelectMany(word => _words[word])))
            throw new ArgumentException("The tokenizer cuts a task's text otherwise than its words. Add the words to it as whole tokens.");

        int[] One(string word) => _words[text.IndexOf(word)] is [_] single ? single : throw new ArgumentException(
            $"The tokenizer gives {_words[text.IndexOf(word)].Length} tokens for '{word.Replace("\n", "\\n")}'; expected one. "
            + "Add it as a token.");
    }

    private const int FirstWord = 2, FirstOperation = 11, Preamble = 5, OperationLength = 3;

    /// <inheritdoc/>
    public string Name => "text in the model's tokens";

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; }

    /// <inheritdoc/>
    public SpecialTokens Special { get; }

    /// <inheritdoc/>
    public int PromptLength(int examples)
    {
        var worlds = Enumerable.Repeat(new KarelWorld(0, 9, KarelDirection.North), examples).ToArray();
        var words = new int[_text.PromptLength(examples)];
        _text.WritePrompt(worlds, worlds, words);
        return words.Sum(word => _words[word].Length);
    }

    /// <inheritdoc/>
    public int ProgramLength(int operations) => _preamble.Length + (OperationLength * operations) + 1;

    /// <inheritdoc/>
    public void WritePrompt(ReadOnlySpan<KarelWorld> inputs, ReadOnlySpan<KarelWorld> outputs, Span<int> tokens)
    {
        KarelChecks.Prompt(this, inputs.Length, outputs.Length, tokens.Length);
        var words = new int[_text.PromptLength(inputs.Length)];
        _text.WritePrompt(inputs, outputs, words);
        Write(words, tokens);
    }

    /// <inheritdoc/>
    public void WriteProgram(ReadOnlySpan<KarelOperation> program, Span<int> tokens)
    {
        KarelChecks.Program(this, program.Length, tokens.Length);
        var words = new int[_text.ProgramLength(program.Length)];
        _text.WriteProgram(program, words);
        Write(words, tokens);
    }

    /// <inheritdoc/>
    public bool TryReadProgram(ReadOnlySpan<int> tokens, Span<KarelOperation> program, out int length)
    {
        length = 0;
        if (!tokens.StartsWith(_preamble)) return false;
        for (var rest = tokens[_preamble.Length..]; ; rest = rest[OperationLength..], length++)
        {
            if (rest.Length > 0 && rest[0] == _close[0]) return true;
            if (rest.Length < OperationLength || rest[0] != _indent[0] || rest[2] != _newLine[0] || length == program.Length) return false;
            var operation = Array.IndexOf(_operations, rest[1]);
            if (operation < 0) return false;
            program[length] = (KarelOperation)operation;
        }
    }

    /// <inheritdoc/>
    public int EmittingPosition(int examples, int operation) =>
        PromptLength(examples) + _preamble.Length + (OperationLength * (operation - 1));

    /// <inheritdoc/>
    public ReadOnlySpan<int> NextAllowed(int written, int maxOperations)
    {
        if (written < _preamble.Length) return _preamble.AsSpan(written, 1);
        var (operations, part) = Math.DivRem(written - _preamble.Length, OperationLength);
        return part switch
        {
            0 when operations == 0 => _indent,
            0 => operations < maxOperations ? _indentOrClose : _close,
            1 => _operations,
            _ => _newLine,
        };
    }

    private void Write(int[] words, Span<int> tokens)
    {
        var at = 0;
        foreach (var word in words)
        {
            _words[word].CopyTo(tokens[at..]);
            at += _words[word].Length;
        }
    }

    private static (int[] Prompt, int[] Program) Sample()
    {
        var task = new KarelGenerator(new KarelOptions { Examples = 10, HeldOutExamples = 0 }, "sample").Draw(0);
        var (prompt, program) = (new int[_text.PromptLength(10)], new int[_text.ProgramLength(task.Program.Length)]);
        _text.WritePrompt(task.ShownInputs, task.ShownOutputs, prompt);
        _text.WriteProgram(task.Program, program);
        return (prompt, program);
    }

    // Prompts are equally long whatever they show only when all words that may stand in a place are.
    private void RequireSameLengths(params string[] prefixes)
    {
        var counts = _text.Words.Select((word, id) => (Word: word, Count: _words[id].Length))
            .Where(word => prefixes.Any(prefix => word.Word.StartsWith(prefix, StringComparison.Ordinal))).ToList();
        if (counts.Find(word => word.Count != counts[0].Count) is { Word: not null } other)
            throw new ArgumentException(
                $"The tokenizer gives {counts[0].Count} tokens for '{counts[0].Word}' and {other.Count} for '{other.Word}'; "
                + "expected as many.");
    }
}
