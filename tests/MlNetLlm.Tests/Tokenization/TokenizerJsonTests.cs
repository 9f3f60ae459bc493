using System.Diagnostics;
using System.Text.Json.Nodes;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

public sealed class TokenizerJsonTests
{
    [TestCase("Isolated", false, "ab|-|-|cd")]
    [TestCase("Removed", false, "ab|cd")]
    [TestCase("MergedWithPrevious", false, "ab-|-|cd")]
    [TestCase("MergedWithNext", false, "ab|-|-cd")]
    [TestCase("Contiguous", false, "ab|--|cd")]
    [TestCase("Removed", true, "-|-")]
    [TestCase("Isolated", true, "ab|-|-|cd")]
    public void Split_WithEachBehavior_CutsAsHuggingFaceDoes(string behavior, bool invert, string pieces)
        => Assert.That(Words("ab--cd", TinyTokenizerJson.Split("-", behavior, invert)), Is.EqualTo(pieces.Split('|')));

    [TestCase("a12b3", true, "a|1|2|b|3")]
    [TestCase("a12b3", false, "a|12|b|3")]
    public void Digits_CutsEachOneOrEachRun(string text, bool individual, string pieces)
        => Assert.That(
            Words(text, new JsonObject { ["type"] = "Digits", ["individual_digits"] = individual }), Is.EqualTo(pieces.Split('|')));

    [Test]
    public void Split_OfCharactersAboveTheBasicPlane_CountsThemOnce()
    {
        var pattern = @"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}";

        Assert.That(Words("😀ab\U00010330!", TinyTokenizerJson.Split(pattern, "Isolated")), Is.EqualTo(new[] { "😀ab\U00010330", "!" }));
        Assert.That(Words("\U0001D7D8\U0001D7D9\U0001D7DA\U0001D7DB", TinyTokenizerJson.Split(pattern, "Isolated")),
            Is.EqualTo(new[] { "\U0001D7D8\U0001D7D9\U0001D7DA", "\U0001D7DB" }));
    }

    [TestCase("xthex", "x|the|x")]
    [TestCase("th the", "th| the")]
    public void EncodeToTokens_AppliesMergesWithinWords(string text, string tokens)
        => Assert.That(Texts(TinyTokenizerJson.Load(TinyTokenizerJson.Make()), text), Is.EqualTo(tokens.Split('|')));

    [Test]
    public void Merges_AsPairs_AreTheSame()
    {
        var json = TinyTokenizerJson.Make();
        json["model"]!["merges"] = new JsonArray(new JsonArray("t", "h"), new JsonArray("th", "e"), new JsonArray("Ġ", "the"));

        Assert.That(Texts(TinyTokenizerJson.Load(json), "th the"), Is.EqualTo(new[] { "th", " the" }));
    }

    [Test]
    public void IgnoreMerges_KeepsAWordThatIsAToken()
    {
        var json = TinyTokenizerJson.Make();
        json["model"]!["merges"] = new JsonArray();
        json["model"]!["ignore_merges"] = true;

        Assert.That(Texts(TinyTokenizerJson.Load(json), "the them"), Is.EqualTo(new[] { "the", " ", "t", "h", "e", "m" }));
    }

    [Test]
    public void AddPrefixSpace_PutsASpaceInFrontWhereThereIsNone()
    {
        var json = TinyTokenizerJson.Make();
        json["pre_tokenizer"] = TinyTokenizerJson.ByteLevel(useRegex: true, prefix: true);
        var tokenizer = TinyTokenizerJson.Load(json);

        Assert.That(tokenizer.EncodeToIds("the the"), Is.EqualTo(tokenizer.EncodeToIds(" the the")));
        Assert.That(tokenizer.EncodeToIds("<|endoftext|>the"), Is.EqualTo(tokenizer.EncodeToIds("<|endoftext|> the")));
        Assert.That(tokenizer.EncodeToTokens("the x", out var rewritten)[0].Offset, Is.EqualTo(0..4));
        Assert.That(rewritten, Is.EqualTo(" the x"));
    }

    [TestCase("lstrip", "a  <m> b", "a|  <m>| |b")]
    [TestCase("rstrip", "a <m>  b", "a| |<m>  |b")]
    [TestCase("single_word", "a<m> <m>", "a|<|m|>| |<m>")]
    public void AddedToken_WithAFlag_TakesTheTextItShould(string flag, string text, string pieces)
    {
        var json = TinyTokenizerJson.Make();
        var added = TinyTokenizerJson.Added(301, "<m>");
        added[flag] = true;
        json["added_tokens"]!.AsArray().Add(added);
        var tokenizer = TinyTokenizerJson.Load(json);

        var covered = tokenizer.EncodeToTokens(text, out _).Select(t => text[t.Offset]);

        Assert.That(covered, Is.EqualTo(pieces.Split('|')));
    }

    [TestCase("NFC", "e\u0323\u0302", "\u1ec7")]
    [TestCase("NFC", "\u1100\u1161\u11a8\u212b\u0958", "\uac01\u00c5\u0915\u093c")]
    [TestCase("NFC", "a\u0315\u0300\u05ae\u0300b", "\u00e0\u05ae\u0300\u0315b")]
    [TestCase("NFD", "\u1ec7\uac01", "e\u0323\u0302\u1100\u1161\u11a8")]
    [TestCase("Lowercase", "ÀB<|endoftext|>C", "àb<|endoftext|>c")]
    public void Normalizer_RewritesTheText(string type, string text, string expected)
    {
        var json = TinyTokenizerJson.Make();
        json["normalizer"] = new JsonObject
        {
            ["type"] = "Sequence", ["normalizers"] = new JsonArray(new JsonObject { ["type"] = type }),
        };
        var tokenizer = TinyTokenizerJson.Load(json);

        Assert.That(tokenizer.Decode(tokenizer.EncodeToIds(text)), Is.EqualTo(expected));
        tokenizer.EncodeToTokens(text, out var rewritten);
        Assert.That(rewritten, Is.EqualTo(expected));
    }

    [Test]
    public void UnknownToken_StandsForBytesWithoutAToken()
    {
        var json = TinyTokenizerJson.Make();
        json["model"]!["vocab"]!.AsObject().Remove("x");
        json["model"]!["unk_token"] = "<|endoftext|>";

        Assert.That(TinyTokenizerJson.Load(json).EncodeToIds("axb"), Does.Contain(300));
    }

    [Test]
    public void Roles_OfTheConfigurationFile_Count()
    {
        using var folder = new Persistence.TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], TinyTokenizerJson.Make().ToJsonString());
        File.WriteAllText(
            folder["tokenizer_config.json"], """{ "bos_token": null, "pad_token": { "content": "<|endoftext|>" }, "other": 1 }""");

        Assert.That(TokenizerFile.Load(folder.Path).Special, Is.EqualTo(new SpecialTokens { Pad = 300 }));
    }

    [TestCase("{", "not JSON")]
    [TestCase("[]", "expected an object")]
    [TestCase("""{ "model": 1, "a": 2 }""", "no merges.txt")]
    [TestCase("""{ "model": { "type": "WordPiece" } }""", "\"BPE\"")]
    [TestCase("""{ "model": { "vocab": { "a": -1 } } }""", "expected an id")]
    [TestCase("""{ "model": { "vocab": { "a": 99999999999 } } }""", "expected an id")]
    [TestCase("""{ "model": { "vocab": { "a": 1048576 } } }""", "expected an id")]
    [TestCase("""{ "model": { "vocab": { "a": 0, "a": 1 } } }""", "not JSON")]
    [TestCase("""{ "model": { "vocab": { "\ud800": 0 } } }""", "surrogate")]
    [TestCase("""{ "model": { "vocab": { "a": 0 } }, "pre_tokenizer": { "type": "Metaspace" } }""", "understood")]
    [TestCase("""{ "model": { "vocab": { "a": 0 } }, "pre_tokenizer": null }""", "ByteLevel")]
    public void Load_OfAWrongFile_SaysWhatIsWrong(string json, string what)
    {
        using var folder = new Persistence.TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json);

        Assert.That(() => TokenizerFile.Load(folder.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(what).And.Message.Contains("tokenizer.json"));
    }

    [TestCase("th e x", "needs the token 'e x'")]
    [TestCase("t", "expected two tokens")]
    [TestCase("t ", "expected two tokens")]
    [TestCase("q q", "needs the token 'qq'")]
    public void Load_WithAWrongMerge_SaysWhich(string merge, string what)
    {
        var json = TinyTokenizerJson.Make();
        json["model"]!["merges"]!.AsArray().Add(merge);

        Assert.That(() => TinyTokenizerJson.Load(json),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(what).And.Message.Contains("merge 3"));
    }

    [Test]
    public void Load_WithTwoTokensOfOneId_SaysWhich()
    {
        var json = TinyTokenizerJson.Make();
        json["model"]!["vocab"]!["zz"] = 5;

        Assert.That(() => TinyTokenizerJson.Load(json), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("id 5 of 'zz'"));
    }

    [Test]
    public void Load_OfDeepJson_RefusesIt()
    {
        var deep = JsonNode.Parse(new string('[', 40) + new string(']', 40))!;

        Assert.That(() => TinyTokenizerJson.Load(deep), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("depth"));
    }

    [Test]
    public void Load_PastALimit_NamesIt()
    {
        Assert.That(() => TinyTokenizerJson.Load(TinyTokenizerJson.Make(), new TokenizerLimits { MaxFileBytes = 1000 }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("MaxFileBytes"));
        Assert.That(() => TinyTokenizerJson.Load(TinyTokenizerJson.Make(), new TokenizerLimits { MaxVocabulary = 100 }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("at most 100"));
        Assert.That(() => TinyTokenizerJson.Load(TinyTokenizerJson.Make(), new TokenizerLimits { MaxMerges = 2 }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("at most 2"));
    }

    [TestCaseSource(nameof(NestedQuantifiers))]
    public void Split_WithNestedQuantifiers_StopsInTime(string pattern)
    {
        var json = TinyTokenizerJson.Make();
        json["pre_tokenizer"] = TinyTokenizerJson.Sequence(
            TinyTokenizerJson.Split(pattern, "Isolated"), TinyTokenizerJson.ByteLevel(useRegex: false));
        var tokenizer = TinyTokenizerJson.Load(json);

        var times = Enumerable.Range(0, 6).Select(_ => MillisecondsToEncode(tokenizer, new string('a', 5000) + "!"));

        Assert.That(times.Any(milliseconds => milliseconds <= 250), Is.True, "a busy machine gets a few tries");
    }

    private static long MillisecondsToEncode(TextTokenizer tokenizer, string text)
    {
        tokenizer.EncodeToIds("a");                             // the first use builds the matcher
        var watch = Stopwatch.StartNew();
        try
        {
            tokenizer.EncodeToIds(text);
        }
        catch (InvalidDataException e)
        {
            Assert.That(e.Message, Does.Contain("PatternTime"));
        }
        return watch.ElapsedMilliseconds;
    }

    private static IEnumerable<string> NestedQuantifiers()
    {
        string[] inner = ["a+", "a*", "(a|aa)", "(a|a)", "a{1,9}", "\\w+", "(a+)?", "[ab]+", "(a*a*)", "(aa|a+)"];
        string[] outer = ["({0})+$", "({0})*b", "(({0})+)+(?=b)", "^({0})+(?!!)c", "(?:{0})+\\1?b"];
        return from o in outer from i in inner select o.Replace("{0}", o.Contains("\\1") && !i.Contains('(') ? $"({i})" : i);
    }

    private static List<string> Words(string text, JsonObject rule)
    {
        var json = TinyTokenizerJson.Make();
        json["pre_tokenizer"] = TinyTokenizerJson.Sequence(rule, TinyTokenizerJson.ByteLevel(useRegex: false));
        json["added_tokens"] = new JsonArray();
        json["model"]!["ignore_merges"] = true;
        foreach (var word in AllSubstrings(text))
            json["model"]!["vocab"]!.AsObject().TryAdd(Spell(word), json["model"]!["vocab"]!.AsObject().Count + 1000);
        return Texts(TinyTokenizerJson.Load(json), text);
    }

    private static IEnumerable<string> AllSubstrings(string text)
        => from start in Enumerable.Range(0, text.Length)
           from length in Enumerable.Range(1, text.Length - start)
           select text.Substring(start, length);

    /// <summary>Takes the way over a tokenizer: the token texts of single bytes are the byte alphabet.</summary>
    private static string Spell(string word)
    {
        var tokenizer = Plain.Value;
        return string.Concat(tokenizer.EncodeToIds(word).Select(id => tokenizer.TokenText(id)));
    }

    private static readonly Lazy<TextTokenizer> Plain = new(() => TinyTokenizerJson.Load(TinyTokenizerJson.Make()));

    private static List<string> Texts(TextTokenizer tokenizer, string text)
        => [.. tokenizer.EncodeToTokens(text, out _).Select(t => tokenizer.Decode([t.Id]))];
}
