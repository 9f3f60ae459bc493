using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

/// <summary>Damaged files of each kind: they load, or are refused with one kind of error, in little time and memory.</summary>
public sealed class HostileTokenizerTests
{
    private const int Seeds = 2000;
    private const int NightlySeeds = 625_000;
    private const long MaxAllocatedBytes = 64 << 20;
    private const double MaxSeconds = 1;
    private const string Sample = "The quick <|endoftext|> brown fox, 12345 ＡＢ e\u0301 😀\n\n   jumps the the\ud800";

    private TemporaryFolder _folder = null!;

    public static string[] Kinds { get; } =
    [
        "tokenizer.json", "llama.json", "vocab.json", "merges.txt", "tokenizer_config.json", "tokenizer.model", "unigram.model",
        "tokenizer.bin", "vocabulary.json",
    ];

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [TestCaseSource(nameof(Kinds))]
    public void Load_OfADamagedFile_SucceedsOrRefusesIt(string kind) => Try(kind, 0, Seeds);

    [TestCaseSource(nameof(Kinds)), Category("Nightly")]
    public void Load_OfVeryManyDamagedFiles_SucceedsOrRefusesThem(string kind) => Try(kind, Seeds, NightlySeeds);

    [TestCaseSource(nameof(Kinds))]
    public void Load_OfTheFileItself_Succeeds(string kind)
    {
        var (path, content) = Write(kind);
        File.WriteAllBytes(path, content);

        Assert.That(TokenizerFile.Load(Entry(kind)).VocabularySize, Is.GreaterThan(2));
    }

    [Test]
    public void Load_OfAGzipBomb_StopsAtTheLimit()
    {
        using (var packed = new GZipStream(File.Create(_folder["tokenizer.json.gz"]), CompressionLevel.Optimal))
            for (var i = 0; i < 200; i++)
                packed.Write(new byte[1 << 20]);
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        Assert.That(() => TokenizerFile.Load(_folder.Path, new TokenizerLimits { MaxFileBytes = 1 << 20 }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("MaxFileBytes"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(16 << 20));
    }

    [Test]
    public void Load_OfAllPartsOfALongText_StopsAtTheLimitOfMerges()
    {
        var random = new Random(1);
        var text = string.Concat(Enumerable.Range(0, 500).Select(_ => (char)('a' + random.Next(26))));
        var parts = from start in Enumerable.Range(0, 400) from length in Enumerable.Range(1, 100) select text.Substring(start, length);
        var pieces = parts.Distinct().Select(part => (part, -1f, 1)).Prepend(("<unk>", 0f, 2));
        File.WriteAllBytes(_folder["tokenizer.model"], SentencePieceBytes.Make(2, pieces));

        Assert.That(() => TokenizerFile.Load(_folder.Path, new TokenizerLimits { MaxMerges = 100_000 }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("MaxMerges"));
    }

    [Test]
    public void Load_OfTokensLongerThanTheLimit_RefusesThem()
    {
        var json = TinyTokenizerJson.Make();
        json["added_tokens"]!.AsArray().Add(TinyTokenizerJson.Added(301, new string('x', 129)));

        Assert.That(() => TinyTokenizerJson.Load(json),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("128 characters each"));
    }

    private void Try(string kind, int firstSeed, int count)
    {
        var (path, content) = Write(kind);
        var refused = 0;
        for (var seed = firstSeed; seed < firstSeed + count; seed++)
        {
            File.WriteAllBytes(path, Damage(kind, content, new Random(seed)));
            refused += IsRefused(kind, $"{kind}, seed {seed}") ? 1 : 0;
        }

        TestContext.Out.WriteLine($"{kind}: {refused} of {count} refused");
        Assert.That(refused, Is.InRange(count / 20, count - count / 100), "damage of both sorts");
    }

    /// <summary>Every second time the damage keeps to the format, so that it gets past the parser.</summary>
    private static byte[] Damage(string kind, byte[] content, Random random)
    {
        if (random.Next(2) == 0)
            return Mutations.Apply(content, random);
        return System.IO.Path.GetExtension(kind) switch
        {
            ".json" => Mutations.ApplyToJson(content, random),
            ".model" => SentencePieceBytes.Make(kind == "unigram.model" ? 1 : 2, Mutations.ApplyTo(Pieces(), random), CharacterMap(random)),
            _ => Mutations.ApplyOnce(content, random),
        };
    }

    private bool IsRefused(string kind, string which)
    {
        using var process = Process.GetCurrentProcess();
        var (before, allocated) = (process.TotalProcessorTime, GC.GetAllocatedBytesForCurrentThread());
        var refused = false;
        try
        {
            var tokenizer = TokenizerFile.Load(Entry(kind));
            tokenizer.Decode(tokenizer.EncodeToIds(Sample));
            tokenizer.EncodeToTokens(Sample, out _);
        }
        catch (InvalidDataException)
        {
            refused = true;
        }
        catch (ArgumentException e) when (e.ParamName == "text")
        {
            Assert.That(kind, Is.EqualTo("vocabulary.json"), "only a fixed vocabulary may lack a word, and says so");
        }
        catch (Exception e)
        {
            Assert.Fail($"{which}: {e}");
        }

        process.Refresh();
        Assert.That((process.TotalProcessorTime - before).TotalSeconds, Is.LessThan(MaxSeconds), which);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(MaxAllocatedBytes), which);
        return refused;
    }

    /// <summary>The file to damage, and around it what it needs.</summary>
    private (string Path, byte[] Content) Write(string kind)
    {
        if (kind is "vocab.json" or "merges.txt")
            WriteGpt2Files();
        if (kind == "tokenizer_config.json")
            File.WriteAllText(_folder["tokenizer.json"], RichJson().ToJsonString());
        byte[] content = kind switch
        {
            "llama.json" => Encoding.UTF8.GetBytes(LlamaTokenizerJson.Make(Pieces().Select(p => (p.Text, p.Score))).ToJsonString()),
            "tokenizer.json" => Encoding.UTF8.GetBytes(RichJson().ToJsonString()),
            "tokenizer_config.json" => """{ "bos_token": "a", "eos_token": { "content": "b" }, "pad_token": null }"""u8.ToArray(),
            "tokenizer.model" => SentencePieceBytes.Make(2, Pieces(), CharacterMap()),
            "unigram.model" => SentencePieceBytes.Make(1, Pieces(), CharacterMap()),
            "tokenizer.bin" => TokenizerData.Bytes("stories260k/tok512.bin"),
            "vocabulary.json" => Saved(kind),
            _ => File.ReadAllBytes(_folder[kind]),
        };
        return (_folder[kind], content);
    }

    private string Entry(string kind) => kind is "tokenizer.model" or "unigram.model" or "llama.json" ? _folder[kind] : _folder.Path;

    private void WriteGpt2Files()
    {
        var model = TinyTokenizerJson.Make()["model"]!;
        var vocabulary = model["vocab"]!.AsObject();
        vocabulary["<|endoftext|>"] = vocabulary.Count;
        File.WriteAllText(_folder["vocab.json"], vocabulary.ToJsonString());
        File.WriteAllLines(_folder["merges.txt"], ["#version: 0.2", .. model["merges"]!.AsArray().Select(m => (string)m!)]);
    }

    private static JsonObject RichJson()
    {
        var json = TinyTokenizerJson.Make();
        json["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(new JsonObject { ["type"] = "NFC" }) };
        json["pre_tokenizer"] = TinyTokenizerJson.Sequence(
            new JsonObject { ["type"] = "Digits", ["individual_digits"] = true },
            TinyTokenizerJson.Split(@"(?i:'s)|[^\r\n\p{L}]?\p{L}+|\s+(?!\S)|\s+", "Isolated"),
            TinyTokenizerJson.ByteLevel(useRegex: true));
        return json;
    }

    private static IEnumerable<(string Text, float Score, int Kind)> Pieces()
        =>
        [
            ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("<x>", 0, 4), ("▁", -1, 1), ("the", -2, 1), ("t", -3, 1), ("h", -3, 1),
            ("e", -3, 1), ("th", -2.5f, 1), ("▁the", -1.5f, 1), ("▁t", -1.7f, 1), ("A", -4, 1), ("o", -2, 1), ("un", -9, 5),
            .. BytePieces(),
        ];

    private static IEnumerable<(string Text, float Score, int Kind)> BytePieces()
        => Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f, 6));

    /// <summary>A table that rewrites the full-width letter A: the smallest trie there can be over its bytes EF BC A1.</summary>
    private static byte[] CharacterMap(Random? damage = null)
    {
        var units = new uint[512];
        units[0] = 256u << 10;                                  // children of the root stand at 256 xor byte
        units[256 ^ 0xEF] = 0xEF | (uint)(256 ^ 0xEF ^ 0x40) << 10;
        units[0x40 ^ 0xBC] = 0xBC | (uint)(0x40 ^ 0xBC ^ 0x180) << 10;
        units[0x180 ^ 0xA1] = 0xA1 | 0x100 | (uint)(0x180 ^ 0xA1 ^ 0x10) << 10;
        units[0x10] = 0x80000000;                               // the value: offset 0 of the texts
        for (var left = damage?.Next(4) ?? 0; left > 0; left--)
            units[damage!.Next(2) == 0 ? damage.Next(512) : 0x10] = (uint)damage.NextInt64(1L << 32);
        return [.. BitConverter.GetBytes(units.Length * 4), .. units.SelectMany(BitConverter.GetBytes), (byte)'A', 0];
    }

    private byte[] Saved(string name)
    {
        var characters = VocabularyTokenizer.Characters(Sample);
        var tokens = Enumerable.Range(0, characters.VocabularySize).Select(id => characters.TokenText(id)!);
        TokenizerFile.Save(new VocabularyTokenizer(tokens, TokenSeparator.None, characters.Special with { Unknown = 0 }), _folder.Path);
        return File.ReadAllBytes(_folder[name]);
    }
}
