using MlNetLlm.Checkpoints;
using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Karel;

/// <summary>The paper's text with tokenizers that the library did not make for it.</summary>
public sealed class KarelTokenizedEncodingTests
{
    // As in the released code: the blank is a token of its own, so that a cell takes two; other tokens come first.
    private static readonly VocabularyTokenizer _released = new(
        ["a", "b", "c", .. KarelTextEncoding.Instance.Words.Select(word => word.StartsWith(" __") ? word[1..] : word)],
        TokenSeparator.None);

    [Test]
    public void WithTwoTokensACell_LengthsAreThoseOfTheReleasedCode()
    {
        var encoding = new KarelTokenizedEncoding(_released);
        Assert.That(encoding.PromptLength(5) + encoding.ProgramLength(8), Is.EqualTo(812 + (3 * 8)));
        Assert.That(KarelTextEncoding.Instance.PromptLength(5) + KarelTextEncoding.Instance.ProgramLength(8), Is.EqualTo(452 + (3 * 8)));
    }

    [Test]
    public void Tokens_AreWhatTheTokenizerMakesOfTheText()
    {
        var (encoding, text) = (new KarelTokenizedEncoding(_released), KarelTextEncoding.Instance);
        foreach (var task in KarelModels.Draw(30))
        {
            var words = new int[text.PromptLength(1) + text.ProgramLength(task.Program.Length)];
            text.WritePrompt(task.ShownInputs, task.ShownOutputs, words.AsSpan(0, text.PromptLength(1)));
            text.WriteProgram(task.Program, words.AsSpan(text.PromptLength(1)));
            var tokens = new int[encoding.PromptLength(1) + encoding.ProgramLength(task.Program.Length)];
            encoding.WritePrompt(task.ShownInputs, task.ShownOutputs, tokens.AsSpan(0, encoding.PromptLength(1)));
            encoding.WriteProgram(task.Program, tokens.AsSpan(encoding.PromptLength(1)));
            Assert.That(tokens, Is.EqualTo(_released.EncodeToIds(string.Concat(words.Select(word => text.Words[word])))));

            var program = new KarelOperation[10];
            Assert.That(encoding.TryReadProgram(tokens.AsSpan(encoding.PromptLength(1)), program, out var length), Is.True);
            Assert.That(program[..length], Is.EqualTo(task.Program.ToArray()));
            for (var operation = 1; operation <= length; operation++)
                Assert.That(_released.TokenText(tokens[encoding.EmittingPosition(1, operation) + 1]),
                    Is.EqualTo(text.Words[11 + (int)program[operation - 1]]));
        }
    }

    [Test]
    public void NextAllowed_LetsEveryProgramThrough()
    {
        var encoding = new KarelTokenizedEncoding(_released);
        foreach (var task in KarelModels.Draw(30))
        {
            var tokens = new int[encoding.ProgramLength(task.Program.Length)];
            encoding.WriteProgram(task.Program, tokens);
            for (var i = 0; i < tokens.Length; i++) Assert.That(encoding.NextAllowed(i, 5).Contains(tokens[i]), Is.True, $"token {i}");
            var last = encoding.NextAllowed(encoding.ProgramLength(5) - 1, 5).ToArray();
            Assert.That(last, Is.EqualTo(new[] { encoding.Special.Eos!.Value }));
        }
    }

    [Test]
    public void CodeGenCheckpoint_SavedAndLoadedAsHuggingFaceFolder_WritesTheSamePrograms()
    {
        using var folder = new TemporaryFolder();
        var shape = TransformerConfig.CodeGen(1, width: 16, layers: 2, heads: 4, contextLength: 1);
        using var random = new TorchSharp.torch.Generator(5);
        var reading = KarelReading.Text;
        var config = reading.Fit(shape, examples: 1, KarelModels.MaxOperations);
        using var model = new LanguageModel(new TransformerModel(config, random, initialDeviation: 0.4), reading.Tokenizer());
        HuggingFaceFolder.Save(model, folder["checkpoint"]);
        using var loaded = LanguageModel.Load(folder["checkpoint"]);
        var own = new KarelReading(new KarelTokenizedEncoding((TextTokenizer)loaded.Tokenizer));
        var tasks = KarelModels.Draw(20);
        Assert.That(
            KarelWriter.Write(loaded, tasks, own, KarelModels.MaxOperations),
            Is.EqualTo(KarelWriter.Write(model, tasks, reading, KarelModels.MaxOperations)));
    }

    [Test]
    public void ATokenizerWithoutTheWords_IsRefusedWithTheWord()
    {
        var letters = VocabularyTokenizer.Characters(string.Concat(KarelTextEncoding.Instance.Words));
        Assert.That(() => new KarelTokenizedEncoding(letters), Throws.ArgumentException.With.Message.Contains("tokens for '  '")
            .Or.Message.Contains("tokens for 'pick_marker()'"));
    }
}
