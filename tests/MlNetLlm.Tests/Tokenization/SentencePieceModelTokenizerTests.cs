using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

public sealed class SentencePieceModelTokenizerTests
{
    private static readonly Lazy<TextTokenizer> Llama2 = new(() => Load("llama2_tokenizer/tokenizer.model"));
    private static readonly Lazy<TextTokenizer> Unigram = new(() => Load("tokenizer_vectors/sentencepiece/test_model.model"));
    private static readonly Lazy<TextTokenizer> Japanese = new(() => Load("tokenizer_vectors/sentencepiece/test_ja_model.model"));

    [Test]
    public void Load_OfEachModel_HasItsSizeAndSpecialTokens()
    {
        Assert.That(Llama2.Value.VocabularySize, Is.EqualTo(32000));
        Assert.That(Unigram.Value.VocabularySize, Is.EqualTo(1000));
        Assert.That(Japanese.Value.VocabularySize, Is.EqualTo(8000));
        Assert.That(Llama2.Value.Special, Is.EqualTo(new SpecialTokens { Unknown = 0, Bos = 1, Eos = 2 }));
        Assert.That(Unigram.Value.Special, Is.EqualTo(new SpecialTokens { Unknown = 0, Bos = 1, Eos = 2 }));
    }

    [TestCaseSource(nameof(LlamaVectors))]
    public void EncodeToIds_OfLlama2_GivesTheVectorAndDecodesBack(string text, int[] ids)
    {
        Assert.That(Llama2.Value.EncodeToIds(text), Is.EqualTo(ids));
        Assert.That(Llama2.Value.Decode(ids), Is.EqualTo(text));
        Assert.That(Llama2.Value.EncodeToTokens(text, out _).Select(t => t.Id), Is.EqualTo(ids));
    }

    [Test]
    public void EncodeToIds_OfALongText_EqualsThatOfTheLlama2CFile()
    {
        var text = TokenizerData.Text("tinyshakespeare/input.txt.gz");

        Assert.That(Llama2.Value.EncodeToIds(text), Is.EqualTo(Load("llama2_tokenizer/tokenizer.bin").EncodeToIds(text)));
        Assert.That(Llama2.Value.Decode(Llama2.Value.EncodeToIds(text)), Is.EqualTo(text));
    }

    /// <summary>The example of SentencePiece's own Python documentation.</summary>
    [TestCase("This is a test", new[] { 284, 47, 11, 4, 15, 400 })]
    [TestCase("Hello world", new[] { 151, 88, 21, 887 })]
    public void EncodeToIds_OfTheUnigramModel_GivesTheDocumentedIds(string text, int[] ids)
    {
        Assert.That(Unigram.Value.EncodeToIds(text), Is.EqualTo(ids));
        Assert.That(Unigram.Value.Decode(ids), Is.EqualTo(text));
    }

    [Test]
    public void EncodeToIds_OfEveryLineOfItsTrainingText_FindsTheBestScoreAndDecodesBack()
    {
        var scores = SentencePieceBytes.Read(TokenizerData.Bytes("tokenizer_vectors/sentencepiece/test_model.model"))
            .ToDictionary(p => p.Text, p => p.Score);
        foreach (var line in TokenizerData.Text("tokenizer_vectors/sentencepiece/botchan.txt").Split('\n').Skip(1).Take(1500))
        {
            var plain = string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            var tokens = Unigram.Value.EncodeToTokens(line, out var rewritten);

            var score = tokens.Sum(t => t.Id == 0 ? 0 : (double)scores[t.Value]);
            Assert.That(score, Is.EqualTo(BestScore(rewritten ?? "", scores)).Within(1e-3), line);
            Assert.That(Unigram.Value.EncodeToIds(line), Is.EqualTo(tokens.Select(t => t.Id)), line);
            if (tokens.All(t => t.Id != 0))
                Assert.That(Unigram.Value.Decode(tokens.Select(t => t.Id)), Is.EqualTo(plain));
        }
    }

    [TestCase("ＨｅＬＬＯ  ①ﾃｽﾄ", "▁HeLLO▁1テスト")]
    [TestCase("  a \u00a0b \u3000", "▁a▁b")]
    [TestCase("e\u0301", "▁é")]
    [TestCase("   ", "")]
    public void EncodeToTokens_RewritesTheTextByTheModelsTable(string text, string expected)
    {
        Japanese.Value.EncodeToTokens(text, out var rewritten);

        Assert.That(rewritten, Is.EqualTo(expected));
    }

    [Test]
    public void EncodeToTokens_OfHalfACharacter_ReplacesIt()
    {
        Japanese.Value.EncodeToTokens("a\ud800b", out var rewritten);

        Assert.That(rewritten, Is.EqualTo("▁a\ufffdb"));
    }

    [Test]
    public void EncodeToIds_OfARunOfUnknownCharacters_IsOneUnknownToken()
    {
        var tokens = Unigram.Value.EncodeToTokens("a 東京 b", out var rewritten);

        Assert.That(tokens.Count(t => t.Id == 0), Is.EqualTo(1));
        Assert.That(rewritten![tokens.Single(t => t.Id == 0).Offset], Is.EqualTo("東京"));
        Assert.That(Unigram.Value.Decode(tokens.Select(t => t.Id)), Is.EqualTo("a  \u2047  b"));
    }

    [Test]
    public void EncodeToIds_OfJapanese_DecodesBack()
    {
        var text = "吾輩は猫である。名前はまだ無い。";

        Assert.That(Japanese.Value.Decode(Japanese.Value.EncodeToIds(text)), Is.EqualTo(text));
        Assert.That(Japanese.Value.EncodeToIds(text), Has.Count.LessThan(text.Length));
    }

    [Test]
    public void UserDefinedPieces_StayWhole([Values(1, 2)] int kind)
    {
        var pieces = new[]
        {
            ("<unk>", 0f, 2), ("<s>", 0f, 3), ("</s>", 0f, 3), ("<x▁y>", 0f, 4),
            ("▁", -1f, 1), ("a", -2f, 1), ("x", -2f, 1), ("▁a", -0.5f, 1), ("ax", -0.1f, 1),
        };
        var tokenizer = LoadBytes(SentencePieceBytes.Make(kind, pieces));

        Assert.That(tokenizer.EncodeToTokens("a<x y>x", out _).Select(t => t.Value), Is.EqualTo(new[] { "▁a", "<x▁y>", "x" }));
        Assert.That(tokenizer.Decode(tokenizer.EncodeToIds("a<x y>x")), Is.EqualTo("a<x y>x"));
        Assert.That(tokenizer.EncodeToIds("<s>"), Does.Not.Contain(1));
    }

    [Test]
    public void EncodeToIds_WithTenPiecesOfOneScore_MergesTheLeftmostFirst()
    {
        var pieces = new[] { ("<unk>", 0f, 2), ("▁", -9f, 1), ("a", 0f, 1), ("aa", 0f, 1), ("aaa", 0f, 1), ("aaaa", 0f, 1) };
        var tokenizer = LoadBytes(SentencePieceBytes.Make(2, pieces));

        var few = tokenizer.EncodeToTokens(new string('a', 9), out _).Select(t => t.Value);
        var many = tokenizer.EncodeToTokens(new string('a', 901), out _).Select(t => t.Value);

        Assert.That(few, Is.EqualTo(new[] { "▁", "aaaa", "aaaa", "a" }));
        Assert.That(many.Distinct(), Is.EqualTo(new[] { "▁", "aaaa", "a" }));
    }

    [Test]
    public void Save_ThenLoad_GivesTheSameFile()
    {
        using var folder = new TemporaryFolder();

        TokenizerFile.Save(Unigram.Value, folder.Path);

        Assert.That(TokenizerFile.Load(folder.Path).EncodeToIds("This is a test"), Is.EqualTo(new[] { 284, 47, 11, 4, 15, 400 }));
        Assert.That(folder.Names(), Is.EqualTo(new[] { "tokenizer.model" }));
    }

    [Test]
    public void Load_OfAFolderWithBothFiles_TakesTheJsonOnlyWhereItIsByteLevel([Values] bool byteLevel)
    {
        using var folder = new TemporaryFolder();
        var json = TinyTokenizerJson.Make();
        if (!byteLevel)
            json["pre_tokenizer"] = null;
        File.WriteAllText(folder["tokenizer.json"], json.ToJsonString());
        File.WriteAllBytes(folder["tokenizer.model"], TokenizerData.Bytes("llama2_tokenizer/tokenizer.model"));

        Assert.That(TokenizerFile.Load(folder.Path) is ByteLevelBpeTokenizer, Is.EqualTo(byteLevel));
    }

    [TestCase("two unknown", "exactly one piece for unknown")]
    [TestCase("double", "'a' is there twice")]
    [TestCase("kind", "model type is 3")]
    [TestCase("score", "piece 1 has score NaN")]
    [TestCase("long", "piece 1 has 300 characters")]
    [TestCase("cut", "are left")]
    public void Load_OfAWrongFile_SaysWhatIsWrong(string fault, string what)
    {
        var pieces = new List<(string, float, int)> { ("<unk>", 0f, 2), ("a", 0f, 1) };
        if (fault is "two unknown")
            pieces.Add(("b", 0f, 2));
        if (fault is "double")
            pieces.Add(("a", 0f, 1));
        if (fault is "score")
            pieces[1] = ("a", float.NaN, 1);
        if (fault is "long")
            pieces[1] = (new string('a', 300), 0f, 1);
        var bytes = SentencePieceBytes.Make(fault == "kind" ? 3 : 1, pieces);

        Assert.That(() => LoadBytes(fault == "cut" ? bytes[..10] : bytes),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(what));
    }

    /// <summary>Phi 3 has the vocabulary of Llama 2 and added tokens, which these texts do not hold.</summary>
    private static IEnumerable<TestCaseData> LlamaVectors()
        => TokenizerData.LlamaCppCases("llama-spm").Concat(TokenizerData.LlamaCppCases("phi-3"));

    private static TextTokenizer Load(string name) => TokenizerFile.Load(TokenizerData.Path(name));

    private static TextTokenizer LoadBytes(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["tokenizer.model"], bytes);
        return TokenizerFile.Load(folder.Path);
    }

    /// <summary>The best sum of scores, by trying every piece at every place; unknown characters count nothing.</summary>
    private static double BestScore(string text, Dictionary<string, float> scores)
    {
        var best = new double[text.Length + 1];
        var known = text.Select(c => scores.ContainsKey(c.ToString())).ToArray();
        for (var end = 1; end <= text.Length; end++)
        {
            best[end] = known[end - 1] ? double.NegativeInfinity : best[end - 1];
            for (var start = Math.Max(0, end - 20); start < end; start++)
                if (scores.TryGetValue(text[start..end], out var score) && text[start] != '<')
                    best[end] = Math.Max(best[end], best[start] + score);
        }
        return best[^1];
    }
}
