using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

public sealed class Llama2CTokenizerTests
{
    private static readonly Lazy<Llama2CTokenizer> Stories = new(() => Load("stories260k/tok512.bin"));
    private static readonly Lazy<Llama2CTokenizer> Llama2 = new(() => Load("llama2_tokenizer/tokenizer.bin"));

    [Test]
    public void Load_Tok512_HasItsSizeAndSpecialTokens()
    {
        Assert.That(Stories.Value.VocabularySize, Is.EqualTo(512));
        Assert.That(Stories.Value.Special, Is.EqualTo(new SpecialTokens { Unknown = 0, Bos = 1, Eos = 2 }));
        Assert.That(Stories.Value.TokenText(261), Is.EqualTo(" a"));
        Assert.That(Stories.Value.TokenText(512), Is.Null);
    }

    [Test]
    public void Decode_OfTheGoldenIds_IsTheGoldenText([Values] bool withBos)
    {
        var (text, ids) = Golden();

        Assert.That(Stories.Value.Decode(withBos ? [1, .. ids] : ids), Is.EqualTo(text));
    }

    [Test]
    public void EncodeToIds_OfTheGoldenText_DecodesToIt()
    {
        var (text, _) = Golden();

        Assert.That(Stories.Value.Decode(Stories.Value.EncodeToIds(text)), Is.EqualTo(text));
    }

    [TestCaseSource(nameof(LlamaVectors))]
    public void EncodeToIds_OfLlama2_GivesTheVectorAndDecodesBack(string text, int[] ids)
    {
        Assert.That(Llama2.Value.EncodeToIds(text), Is.EqualTo(ids));
        Assert.That(Llama2.Value.Decode(ids), Is.EqualTo(text));
    }

    [Test]
    public void EncodeToIds_OfManyTexts_EqualsLlama2CsOwnLoop()
    {
        var text = TokenizerData.Text("tinyshakespeare/input.txt.gz");
        var random = new Random(1);
        for (var i = 0; i < 60; i++)
        {
            var sample = text.Substring(random.Next(text.Length - 400), random.Next(300)) + (i % 3 == 0 ? "é€😀\u0001 \t" : "");
            Assert.That(Stories.Value.EncodeToIds(sample), Is.EqualTo(SlowEncode(Stories.Value, sample)), sample);
        }
    }

    [Test]
    public void EncodeToTokens_CoversTheRewrittenTextWithoutGaps()
    {
        var tokens = Stories.Value.EncodeToTokens("Once 😀 é upon", out var rewritten);

        Assert.That(rewritten, Is.EqualTo(" Once 😀 é upon"));
        Assert.That(tokens.Select(t => t.Id), Is.EqualTo(Stories.Value.EncodeToIds("Once 😀 é upon")));
        Assert.That(tokens[0].Offset.Start.Value, Is.Zero);
        Assert.That(tokens[^1].Offset.End.Value, Is.EqualTo(rewritten!.Length));
        Assert.That(tokens.Zip(tokens.Skip(1)).All(pair => pair.First.Offset.End.Value == pair.Second.Offset.Start.Value), Is.True);
        Assert.That(tokens.Where(t => t.Value[0] != '<').All(t => rewritten[t.Offset] == t.Value), Is.True);
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(1000)]
    public void EncodeToIds_WithALimit_GivesTheFirstTokensAndTheirCharacters(int limit)
    {
        var all = Stories.Value.EncodeToTokens("Once upon a time", out _).Take(limit).ToArray();

        var ids = Stories.Value.EncodeToIds("Once upon a time", limit, out var rewritten, out var consumed);

        Assert.That(ids, Is.EqualTo(all.Select(t => t.Id)));
        Assert.That(consumed, Is.EqualTo(all[^1].Offset.End.Value));
        Assert.That(Stories.Value.GetIndexByTokenCount("Once upon a time", limit, out _, out var count), Is.EqualTo(consumed));
        Assert.That(count, Is.EqualTo(ids.Count));
        Assert.That(rewritten, Is.EqualTo(" Once upon a time"));
    }

    [Test]
    public void GetIndexByTokenCountFromEnd_GivesWhereTheLastTokensStart()
    {
        var tokens = Stories.Value.EncodeToTokens("Once upon a time", out _);

        var index = Stories.Value.GetIndexByTokenCountFromEnd("Once upon a time", 2, out _, out var count);

        Assert.That(count, Is.EqualTo(2));
        Assert.That(index, Is.EqualTo(tokens[^2].Offset.Start.Value));
    }

    [Test]
    public void Decode_IntoATooSmallSpan_StopsBetweenCharacters()
    {
        var ids = Stories.Value.EncodeToIds("a😀b");
        Span<char> destination = stackalloc char[2];

        var status = Stories.Value.Decode(ids, destination, out var consumed, out var written);

        Assert.That(status, Is.EqualTo(OperationStatus.DestinationTooSmall));
        Assert.That(new string(destination[..written]), Is.EqualTo("a"));
        Assert.That(Stories.Value.Decode(ids.Take(consumed)), Is.EqualTo("a"));
    }

    [Test]
    public void Decode_OfAnUnknownId_NamesIt()
        => Assert.That(
            () => Stories.Value.Decode([403, 512]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("token id 512"));

    [Test]
    public void EncodeToIds_OfEmptyOrBrokenText_GivesNothingOrAReplacement()
    {
        Assert.That(Stories.Value.EncodeToIds(""), Is.Empty);
        Assert.That(Stories.Value.Decode(Stories.Value.EncodeToIds("a\ud800b")), Is.EqualTo("a\ufffdb"));
        Assert.That(Stories.Value.CountTokens("a b"), Is.EqualTo(Stories.Value.EncodeToIds("a b").Count));
    }

    [Test]
    public void Save_ThenLoad_GivesTheSameFileAndTokens()
    {
        using var folder = new TemporaryFolder();

        TokenizerFile.Save(Llama2.Value, folder.Path);
        var loaded = TokenizerFile.Load(folder.Path);

        Assert.That(loaded, Is.InstanceOf<Llama2CTokenizer>());
        Assert.That(File.ReadAllBytes(folder["tokenizer.bin"]), Is.EqualTo(TokenizerData.Bytes("llama2_tokenizer/tokenizer.bin")));
        Assert.That(loaded.EncodeToIds("Hello world"), Is.EqualTo(Llama2.Value.EncodeToIds("Hello world")));
    }

    [TestCase(0, "header")]
    [TestCase(4, "0 tokens")]
    [TestCase(9, "inside token 0")]
    [TestCase(14, "token 0 is said to have 5 bytes")]
    [TestCase(30, "it has 2 tokens")]
    public void Load_OfACutFile_SaysWhatIsWrong(int length, string what)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.bin"], TokenizerData.Bytes("stories260k/tok512.bin")[..length]);

        Assert.That(() => Llama2CTokenizer.Load(folder["a.bin"]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(what).And.Message.Contains("a.bin"));
    }

    private static IEnumerable<TestCaseData> LlamaVectors() => TokenizerData.LlamaCppCases("llama-spm");

    private static Llama2CTokenizer Load(string name) => Llama2CTokenizer.Load(TokenizerData.Path(name));

    private static (string Text, int[] Ids) Golden()
    {
        using var golden = JsonDocument.Parse(TokenizerData.Bytes("stories260k/golden.json"));
        return (golden.RootElement.GetProperty("text").GetString()!, golden.RootElement.GetProperty("ids").Deserialize<int[]>()!);
    }

    /// <summary>The loop of llama2.c: of all neighbours whose joint text is a token, join the best-scored.</summary>
    private static List<int> SlowEncode(Llama2CTokenizer tokenizer, string text)
    {
        var (ids, scores) = Vocabulary(tokenizer);
        var tokens = new List<int>();
        foreach (var rune in (" " + text).EnumerateRunes())
            if (ids.TryGetValue(rune.ToString(), out var id))
                tokens.Add(id);
            else
                tokens.AddRange(Encoding.UTF8.GetBytes(rune.ToString()).Select(b => b + 3));
        while (true)
        {
            var (best, at, joint) = (float.NegativeInfinity, -1, 0);
            for (var i = 0; i + 1 < tokens.Count; i++)
                if (ids.TryGetValue(tokenizer.TokenText(tokens[i]) + tokenizer.TokenText(tokens[i + 1]), out var id) && scores[id] > best)
                    (best, at, joint) = (scores[id], i, id);
            if (at < 0)
                return tokens;
            tokens[at] = joint;
            tokens.RemoveAt(at + 1);
        }
    }

    private static (Dictionary<string, int> Ids, float[] Scores) Vocabulary(Llama2CTokenizer tokenizer)
    {
        using var reader = new BinaryReader(new MemoryStream(TokenizerData.Bytes("stories260k/tok512.bin")));
        reader.ReadInt32();
        var scores = new float[tokenizer.VocabularySize];
        var ids = new Dictionary<string, int>();
        for (var id = 0; id < scores.Length; id++)
        {
            scores[id] = reader.ReadSingle();
            ids.TryAdd(Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32())), id);
        }
        return (ids, scores);
    }
}
