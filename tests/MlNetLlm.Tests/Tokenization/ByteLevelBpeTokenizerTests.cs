using System.Text.Json;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

public sealed class ByteLevelBpeTokenizerTests
{
    private static readonly Lazy<TextTokenizer> Gpt2 = new(() => TokenizerFile.Load(TokenizerData.Path("gpt2_bpe")));
    private static readonly Lazy<TextTokenizer> NeoX =
        new(() => TokenizerFile.Load(TokenizerData.Path("hf_tokenizer_json/gpt-neox-olmo-dolma-v1_5.json.gz")));

    private static readonly Lazy<Dictionary<(string, string), int>> Gpt2Merges = new(
        () => ((ByteLevelBpeTokenizer)Gpt2.Value).Merges.Select((pair, rank) => (pair, rank)).ToDictionary(m => m.pair, m => m.rank));

    [Test]
    public void Load_OfAGpt2Folder_HasItsSizeAndSpecialTokens()
    {
        Assert.That(Gpt2.Value.VocabularySize, Is.EqualTo(50257));
        Assert.That(Gpt2.Value.Special, Is.EqualTo(new SpecialTokens { Bos = 50256, Eos = 50256 }));
        Assert.That(((ByteLevelBpeTokenizer)Gpt2.Value).Merges.Count(), Is.EqualTo(50000));
    }

    [TestCaseSource(nameof(Gpt2Vectors))]
    public void EncodeToIds_OfGpt2_GivesTheVectorAndDecodesBack(string text, int[] ids)
    {
        Assert.That(Gpt2.Value.EncodeToIds(text), Is.EqualTo(ids));
        Assert.That(Gpt2.Value.Decode(ids), Is.EqualTo(text));
        Assert.That(Gpt2.Value.EncodeToTokens(text, out _).Select(t => t.Id), Is.EqualTo(ids));
    }

    [Test]
    public void EncodeToIds_WithTheVocabularyOfTheGgufFile_GivesTheSameVectors()
    {
        using var folder = new TemporaryFolder();
        var metadata = Gguf.ReadMetadata(TokenizerData.Bytes("tokenizer_vectors/llama_cpp/ggml-vocab-gpt-2.gguf.gz"));
        var tokens = ((object[])metadata["tokenizer.ggml.tokens"]).Select((token, id) => KeyValuePair.Create((string)token, id));
        File.WriteAllText(folder["vocab.json"], JsonSerializer.Serialize(new Dictionary<string, int>(tokens)));
        File.WriteAllLines(folder["merges.txt"], ((object[])metadata["tokenizer.ggml.merges"]).Cast<string>());

        var tokenizer = TokenizerFile.Load(folder.Path);

        foreach (var (text, ids) in TokenizerData.LlamaCppVectors("gpt-2"))
            Assert.That(tokenizer.EncodeToIds(text), Is.EqualTo(ids), text);
    }

    [TestCase("tokens_gpt2.json")]
    [TestCase("tokens_r50k_base.json")]
    public void EncodeToIds_OfASourceFile_GivesTheVectorAndDecodesBack(string vector)
    {
        var text = TokenizerData.Text("tokenizer_vectors/dotnet_ml/lib.rs.txt");
        var ids = JsonSerializer.Deserialize<int[]>(TokenizerData.Bytes($"tokenizer_vectors/dotnet_ml/{vector}"));

        Assert.That(Gpt2.Value.EncodeToIds(text), Is.EqualTo(ids));
        Assert.That(Gpt2.Value.Decode(ids!), Is.EqualTo(text));
    }

    /// <summary>MPT has the vocabulary of GPT-NeoX, of which this file has a version with other added tokens.</summary>
    [TestCaseSource(nameof(MptVectors))]
    public void EncodeToIds_OfGptNeoX_GivesTheVectorAndDecodesBack(string text, int[] ids)
    {
        Assert.That(NeoX.Value.EncodeToIds(text), Is.EqualTo(ids));
        Assert.That(NeoX.Value.Decode(ids), Is.EqualTo(text));
    }

    /// <summary>The vocabulary of p50k is that of GPT-2 and, from 50257 on, runs of 2 to 25 spaces.</summary>
    [TestCase("tokens_p50k_base.json")]
    [TestCase("tokens_p50k_edit.json")]
    public void EncodeToIds_WithRunsOfSpacesAdded_GivesTheVectorAndDecodesBack(string vector)
    {
        using var folder = new TemporaryFolder();
        var text = TokenizerData.Text("tokenizer_vectors/dotnet_ml/lib.rs.txt");
        var vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(TokenizerData.Bytes("gpt2_bpe/encoder.json.gz"))!;
        var merges = TokenizerData.Text("gpt2_bpe/vocab.bpe.gz");
        for (var spaces = 2; spaces <= 25; spaces++)
        {
            vocabulary.Add(Run(spaces), 50255 + spaces);
            merges += string.Concat(Enumerable.Range(1, spaces - 1).Select(left => $"{Run(left)} {Run(spaces - left)}\n"));
        }
        File.WriteAllText(folder["vocab.json"], JsonSerializer.Serialize(vocabulary));
        File.WriteAllText(folder["merges.txt"], merges);

        var tokenizer = TokenizerFile.Load(folder.Path);

        var ids = JsonSerializer.Deserialize<int[]>(TokenizerData.Bytes($"tokenizer_vectors/dotnet_ml/{vector}"))!;
        Assert.That(tokenizer.EncodeToIds(text), Is.EqualTo(ids));
        Assert.That(tokenizer.Decode(ids), Is.EqualTo(text));

        static string Run(int spaces) => new('Ġ', spaces);
    }

    [Test]
    public void Load_OfATokenizerJson_ReadsAddedTokensAndNormalizer()
    {
        Assert.That(NeoX.Value.VocabularySize, Is.EqualTo(50280));
        Assert.That(NeoX.Value.Special, Is.EqualTo(new SpecialTokens { Bos = 50279, Eos = 50279, Pad = 1 }));
        Assert.That(NeoX.Value.EncodeToIds("<|endoftext|>a    b"), Is.EqualTo(new[] { 50279, 66, 50274, 67 }));
        Assert.That(NeoX.Value.EncodeToIds("e\u0301"), Is.EqualTo(NeoX.Value.EncodeToIds("é")));
        Assert.That(NeoX.Value.Decode([50279, 66, 50274, 67]), Is.EqualTo("<|endoftext|>a    b"));
    }

    [Test]
    public void EncodeToIds_OfALongText_DecodesBack([Values("gpt2", "neox")] string which)
    {
        var text = TokenizerData.Text("tinyshakespeare/input.txt.gz");
        var tokenizer = which == "gpt2" ? Gpt2.Value : NeoX.Value;

        var ids = tokenizer.EncodeToIds(text);

        Assert.That(tokenizer.Decode(ids), Is.EqualTo(text));
        Assert.That(ids, Has.Count.LessThan(text.Length / 2));
    }

    [Test]
    public void EncodeToTokens_OfCharactersCutIntoBytes_CoversEveryCharacterOnce()
    {
        var tokens = Gpt2.Value.EncodeToTokens("a 😁é\u1793b", out var rewritten);

        Assert.That(rewritten, Is.Null);
        Assert.That(tokens[0].Offset.Start.Value, Is.Zero);
        Assert.That(tokens[^1].Offset.End.Value, Is.EqualTo("a 😁é\u1793b".Length));
        Assert.That(tokens.Zip(tokens.Skip(1)).All(pair => pair.First.Offset.End.Value == pair.Second.Offset.Start.Value), Is.True);
        Assert.That(tokens[0].Value, Is.EqualTo("a"));
    }

    [Test]
    public void EncodeToIds_OfLettersAboveTheBasicPlane_TakesThemAsLetters()
    {
        var gothic = "\U00010330\U00010331";                    // letters: a space before them belongs to the word

        var tokens = Gpt2.Value.EncodeToTokens($"a {gothic}!", out _);

        Assert.That(tokens.Select(t => t.Value).Any(v => v.Contains('!') && v.Length > 1), Is.False);
        Assert.That(Gpt2.Value.Decode(tokens.Select(t => t.Id)), Is.EqualTo($"a {gothic}!"));
    }

    [Test]
    public void EncodeToIds_OfLongWords_MergesLikeTheDefinition([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var letters = "etaoin shrdlu"[..random.Next(2, 6)];
        var word = string.Concat(Enumerable.Range(0, random.Next(30, 400)).Select(_ => letters[random.Next(letters.Length)]));
        var ranks = Gpt2Merges.Value;

        var symbols = word.Select(c => c.ToString()).ToList();
        while (Enumerable.Range(0, symbols.Count - 1).Where(i => ranks.ContainsKey((symbols[i], symbols[i + 1])))
            .OrderBy(i => ranks[(symbols[i], symbols[i + 1])]).Cast<int?>().FirstOrDefault() is { } best)
        {
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }

        Assert.That(Gpt2.Value.EncodeToIds(word).Select(id => Gpt2.Value.TokenText(id)), Is.EqualTo(symbols));
    }

    [Test]
    public void EncodeToIds_FromSeveralThreads_GivesTheSameIds()
    {
        var tokenizer = TokenizerFile.Load(TokenizerData.Path("gpt2_bpe"));
        var lines = TokenizerData.Text("tinyshakespeare/input.txt.gz").Split('\n').Take(4000).ToArray();

        var together = lines.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(line => tokenizer.EncodeToIds(line)).ToArray();

        Assert.That(together, Is.EqualTo(lines.Select(line => Gpt2.Value.EncodeToIds(line))));
    }

    [Test]
    public void Save_ThenLoad_GivesTheSameTokenizer([Values("gpt2", "neox")] string which)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = which == "gpt2" ? Gpt2.Value : NeoX.Value;
        var text = TokenizerData.Text("tokenizer_vectors/dotnet_ml/lib.rs.txt") + "e\u0301 <|endoftext|>       x";

        TokenizerFile.Save(tokenizer, folder.Path);
        var loaded = TokenizerFile.Load(folder.Path);

        Assert.That(folder.Names(), Is.EqualTo(new[] { "tokenizer.json", "tokenizer_config.json" }));
        Assert.That(loaded.EncodeToIds(text), Is.EqualTo(tokenizer.EncodeToIds(text)));
        Assert.That(loaded.Special, Is.EqualTo(tokenizer.Special));
        Assert.That(loaded.VocabularySize, Is.EqualTo(tokenizer.VocabularySize));
    }

    private static IEnumerable<TestCaseData> MptVectors() => TokenizerData.LlamaCppCases("mpt");

    private static IEnumerable<TestCaseData> Gpt2Vectors() => TokenizerData.LlamaCppCases("gpt-2");
}
