using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

public sealed class BpeTrainerTests
{
    [Test]
    public void Train_OnTheReferenceCorpus_GivesTheReferenceMergesAndVocabulary([Values] bool streamed)
    {
        var corpus = TokenizerData.Text("tokenizer_vectors/cs336/corpus.en");
        var options = new BpeTrainerOptions { VocabularySize = 500 };

        var tokenizer = streamed ? BpeTrainer.Train(new StringReader(corpus), options) : BpeTrainer.Train([corpus], options);

        var merges = TokenizerData.Text("tokenizer_vectors/cs336/train-bpe-reference-merges.txt").TrimEnd().Split('\n');
        Assert.That(tokenizer.Merges.Select(m => $"{m.Left} {m.Right}"), Is.EqualTo(merges));
        var vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(
            TokenizerData.Bytes("tokenizer_vectors/cs336/train-bpe-reference-vocab.json"))!;
        Assert.That(Enumerable.Range(0, tokenizer.VocabularySize).ToDictionary(id => tokenizer.TokenText(id)!), Is.EqualTo(vocabulary));
    }

    [TestCase("address.txt")]
    [TestCase("german.txt")]
    [TestCase("tinystories_sample.txt")]
    public void EncodeToIds_AfterTraining_DecodesBack(string file)
    {
        var text = TokenizerData.Text($"tokenizer_vectors/cs336/{file}");
        var tokenizer = BpeTrainer.Train([text], new BpeTrainerOptions { VocabularySize = 400 });

        var ids = tokenizer.EncodeToIds(text);

        Assert.That(tokenizer.Decode(ids), Is.EqualTo(text));
        Assert.That(ids, Has.Count.LessThan(text.Length * 2 / 3));
    }

    [Test]
    public void Train_OnRandomTexts_EqualsTheSlowDefinition([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        var texts = Enumerable.Range(0, 30).Select(_ => RandomText(random)).ToArray();

        var tokenizer = BpeTrainer.Train(texts, new BpeTrainerOptions { Merges = 40, SpecialTokens = ["<|x|>"] });

        Assert.That(tokenizer.Merges.Select(m => $"{m.Left} {m.Right}"), Is.EqualTo(SlowMerges(texts, 40)));
    }

    [Test]
    public void Train_WithSpecialTokens_NeverMergesOverThem()
    {
        var tokenizer = BpeTrainer.Train([string.Concat(Enumerable.Repeat("ab<|endoftext|>", 50))], new BpeTrainerOptions { Merges = 10 });

        Assert.That(tokenizer.Merges, Is.EqualTo(new[] { ("a", "b") }), "there is nothing else to merge");
        Assert.That(tokenizer.EncodeToIds("ab<|endoftext|>ab"), Is.EqualTo(new[] { 257, 0, 257 }));
        Assert.That(tokenizer.Special, Is.EqualTo(new SpecialTokens { Bos = 0, Eos = 0 }));
    }

    [Test]
    public void Train_WithAMinimumCount_StopsBelowIt()
        => Assert.That(
            BpeTrainer.Train(["ab ab ab cd"], new BpeTrainerOptions { MinimumCount = 2 }).Merges,
            Is.EqualTo(new[] { ("a", "b"), ("Ġ", "ab") }));

    [Test]
    public void Train_FromAReader_EqualsTrainingOnTheWholeText()
    {
        var random = new Random(5);
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(_ => RandomText(random)));     // some blocks long
        var options = new BpeTrainerOptions { Merges = 60, SpecialTokens = ["<|x|>", " long special token "] };

        var streamed = BpeTrainer.Train(new StringReader(text), options);

        Assert.That(text, Has.Length.GreaterThan(2_000_000));
        Assert.That(streamed.Merges, Is.EqualTo(BpeTrainer.Train([text], options).Merges));
    }

    [Test]
    public void Save_OfATrainedTokenizer_LoadsAsTheSame()
    {
        using var folder = new TemporaryFolder();
        var text = TokenizerData.Text("tokenizer_vectors/cs336/tinystories_sample.txt");
        var tokenizer = BpeTrainer.Train([text], new BpeTrainerOptions { VocabularySize = 600, SpecialTokens = ["<|endoftext|>", "a b"] });

        TokenizerFile.Save(tokenizer, folder.Path);
        var loaded = (ByteLevelBpeTokenizer)TokenizerFile.Load(folder.Path);

        Assert.That(loaded.EncodeToIds(text), Is.EqualTo(tokenizer.EncodeToIds(text)));
        Assert.That(loaded.Merges, Is.EqualTo(tokenizer.Merges));
        Assert.That(loaded.Special, Is.EqualTo(tokenizer.Special));
    }

    [Test]
    public void Train_WithWrongOptions_NamesThemAll()
        => Assert.That(
            () => BpeTrainer.Train(["a"], new BpeTrainerOptions { VocabularySize = 10, MinimumCount = 0, SpecialTokens = ["a"] }),
            Throws.ArgumentException.With.Message.Contains("VocabularySize is 10, expected 257").And.Message.Contains("MinimumCount is 0")
                .And.Message.Contains("SpecialTokens are 'a'"));

    [Test]
    public void Train_WhenCancelled_Stops()
    {
        var cancelled = new CancellationToken(canceled: true);

        Assert.That(() => BpeTrainer.Train(["ab"], cancellationToken: cancelled), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Train_OnBooks_TakesTwoMegabytesASecond()
    {
        var books = Directory.GetFiles(TokenizerData.Path("standardebooks"), "*.txt.gz").Order(StringComparer.Ordinal)
            .Select(path => TokenizerData.Text($"standardebooks/{Path.GetFileName(path)}")).ToArray();
        var megabytes = books.Sum(book => (double)Encoding.UTF8.GetByteCount(book)) / 1e6;
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;

        var tokenizer = BpeTrainer.Train(books, new BpeTrainerOptions { Merges = 1000 });

        process.Refresh();
        var seconds = (process.TotalProcessorTime - before).TotalSeconds;
        TestContext.Out.WriteLine($"{megabytes:F1} MB in {seconds:F2} s of processor time: {megabytes / seconds:F1} MB/s");
        Assert.That(tokenizer.Merges.Count(), Is.EqualTo(1000));
        Assert.That(megabytes / seconds, Is.GreaterThanOrEqualTo(2));
    }

    private static string RandomText(Random random)
    {
        string[] parts = ["a", "b", "ab", "ba", " ", "  ", "\n", "é", "<|x|>", "x", "\u00e9\u00e9", "'s", "1"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => parts[random.Next(parts.Length)]));
    }

    /// <summary>The definition, counted anew for each merge; words are those of a tokenizer that never merges.</summary>
    private static List<string> SlowMerges(string[] texts, int wanted)
    {
        var words = texts.SelectMany(text => text.Split("<|x|>")).SelectMany(Gpt2Words).Select(w => w.ToList()).ToList();
        var merges = new List<string>();
        while (merges.Count < wanted)
        {
            var counts = words.SelectMany(word => word.Zip(word.Skip(1))).CountBy(pair => pair).ToList();
            if (counts.Count == 0)
                break;
            var best = counts.OrderByDescending(c => c.Value).ThenByDescending(c => c.Key.First, StringComparer.Ordinal)
                .ThenByDescending(c => c.Key.Second, StringComparer.Ordinal).First().Key;
            merges.Add($"{Spell(best.First)} {Spell(best.Second)}");
            foreach (var word in words)
                for (var i = 0; i + 1 < word.Count; i++)
                    if ((word[i], word[i + 1]) == best)
                    {
                        word[i] += word[i + 1];
                        word.RemoveAt(i + 1);
                    }
        }
        return merges;
    }

    /// <summary>Words as lists of bytes, each byte the character of its number.</summary>
    private static IEnumerable<IEnumerable<string>> Gpt2Words(string text)
        => Regex.Matches(text, @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")
            .Select(match => Encoding.UTF8.GetBytes(match.Value).Select(b => ((char)b).ToString()));

    private static string Spell(string bytes) => string.Concat(bytes.Select(b => b switch
    {
        <= ' ' => (char)(b + 256),
        >= (char)127 and <= (char)160 => (char)(b + 162),
        _ => b,
    }));
}
