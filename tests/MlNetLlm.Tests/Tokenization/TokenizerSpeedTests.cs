using System.Diagnostics;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

public sealed class TokenizerSpeedTests
{
    private const int Megabyte = 1 << 20;

    private static readonly Dictionary<string, Lazy<TextTokenizer>> Tokenizers = new()
    {
        ["gpt2"] = new(() => TokenizerFile.Load(TokenizerData.Path("gpt2_bpe"))),
        ["llama2c"] = new(() => TokenizerFile.Load(TokenizerData.Path("llama2_tokenizer/tokenizer.bin"))),
        ["unigram"] = new(() => TokenizerFile.Load(TokenizerData.Path("tokenizer_vectors/sentencepiece/test_model.model"))),
        ["stories"] = new(() => TokenizerFile.Load(TokenizerData.Path("stories260k/tok512.bin"))),
    };

    [Test]
    public void EncodeToIds_OfAMegabyteOfOneLetter_TakesASecondAtMost(
        [Values("gpt2", "llama2c", "stories", "unigram")] string which, [Values('a', ' ', '\n', 'é', '=')] char letter)
    {
        var tokenizer = Tokenizers[which].Value;
        var text = new string(letter, Megabyte);
        IReadOnlyList<int> ids = [];

        var seconds = ProcessorSeconds(() => ids = tokenizer.EncodeToIds(text));

        TestContext.Out.WriteLine($"{which} '{letter}': {seconds:F3} s");
        if (which != "unigram")                                 // which rewrites texts and does not know every letter
            Assert.That(tokenizer.Decode(ids), Is.EqualTo(text));
        Assert.That(seconds, Is.LessThanOrEqualTo(1));
    }

    [Test, Category("Slow")]
    public void EncodeToIds_OfTenTimesTheText_TakesAboutTenTimesTheTime([Values("gpt2", "llama2c", "unigram")] string which)
    {
        var tokenizer = Tokenizers[which].Value;

        var small = ProcessorSeconds(() => tokenizer.EncodeToIds(new string('a', Megabyte)));
        var large = ProcessorSeconds(() => tokenizer.EncodeToIds(new string('a', 10 * Megabyte)));

        TestContext.Out.WriteLine($"{which}: 1 MB {small:F3} s, 10 MB {large:F3} s");
        Assert.That(large / small, Is.LessThan(30), "n log n takes 12 times as long, quadratic 100 times");
    }

    /// <summary>Processor time, so that a busy machine does not count; the best of three, so that compiling does not either.</summary>
    private static double ProcessorSeconds(Action action)
    {
        using var process = Process.GetCurrentProcess();
        return Enumerable.Range(0, 3).Min(_ =>
        {
            process.Refresh();
            var before = process.TotalProcessorTime;
            action();
            process.Refresh();
            return (process.TotalProcessorTime - before).TotalSeconds;
        });
    }
}
