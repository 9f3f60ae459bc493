using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

public sealed class VocabularyTokenizerTests
{
    private static readonly string[] Karel = ["DEF", "run", "m(", "move", "turnLeft", "m)"];

    [Test]
    public void EncodeToIds_OfWords_GivesTheirIdsAndDecodesBack()
    {
        var tokenizer = new VocabularyTokenizer(Karel, TokenSeparator.Space, new SpecialTokens { Eos = 5 });

        Assert.That(tokenizer.EncodeToIds("  DEF run m( move\nmove m)"), Is.EqualTo(new[] { 0, 1, 2, 3, 3, 5 }));
        Assert.That(tokenizer.Decode([0, 1, 2, 3, 3, 5]), Is.EqualTo("DEF run m( move move m)"));
        Assert.That(tokenizer.EncodeToTokens(" run  move", out _).Select(t => t.Offset), Is.EqualTo(new[] { 1..4, 6..10 }));
        Assert.That(tokenizer.Special.Eos, Is.EqualTo(5));
    }

    [Test]
    public void EncodeToIds_OfAWordNotThere_IsUnknownOrAnErrorThatNamesTheNearest()
    {
        var strict = new VocabularyTokenizer(Karel, TokenSeparator.Space);
        var lenient = new VocabularyTokenizer([.. Karel, "?"], TokenSeparator.Space, new SpecialTokens { Unknown = 6 });

        Assert.That(lenient.EncodeToIds("DEF mov"), Is.EqualTo(new[] { 0, 6 }));
        Assert.That(() => strict.EncodeToIds("DEF mov"),
            Throws.ArgumentException.With.Message.Contains("'mov' at character 4").And.Message.Contains("'move'"));
    }

    [Test]
    public void Characters_OfAText_EncodeItAndLeaveRolesSilent()
    {
        var tokenizer = VocabularyTokenizer.Characters("hello 😀");

        var ids = tokenizer.EncodeToIds("hole 😀");

        Assert.That(tokenizer.VocabularySize, Is.EqualTo(3 + 6));
        Assert.That(ids, Has.Count.EqualTo(6));
        Assert.That(tokenizer.Decode([1, .. ids, 2, 0]), Is.EqualTo("hole 😀"));
        Assert.That(tokenizer.TokenText(1), Is.EqualTo("<bos>"));
    }

    [Test]
    public void EncodeToIds_WithoutSeparator_TakesTheLongestTokenAtEachPlace()
    {
        var tokenizer = new VocabularyTokenizer(["a", "ab", "abc", " b", " "], TokenSeparator.None);

        Assert.That(tokenizer.EncodeToIds("abcab aa b"), Is.EqualTo(new[] { 2, 1, 4, 0, 0, 3 }));
        Assert.That(tokenizer.Decode([2, 1, 4, 0, 0, 3]), Is.EqualTo("abcab aa b"));
    }

    [Test]
    public void Bytes_OfAnyText_DecodeBack()
    {
        var tokenizer = VocabularyTokenizer.Bytes();
        var text = "a é 😀\0\n";

        Assert.That(tokenizer.EncodeToIds(text), Is.EqualTo(System.Text.Encoding.UTF8.GetBytes(text).Select(b => (int)b)));
        Assert.That(tokenizer.Decode([256, .. tokenizer.EncodeToIds(text), 257]), Is.EqualTo(text));
        Assert.That(tokenizer.EncodeToTokens(text, out _)[^1].Offset.End.Value, Is.EqualTo(text.Length));
        Assert.That(tokenizer.Special, Is.EqualTo(new SpecialTokens { Bos = 256, Eos = 257, Pad = 258 }));
    }

    [Test]
    public void Save_ThenLoad_GivesTheSameTokenizer([Values] TokenSeparator separator)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = separator switch
        {
            TokenSeparator.Space => new VocabularyTokenizer(Karel, separator, new SpecialTokens { Eos = 5 }),
            TokenSeparator.None => VocabularyTokenizer.Characters("DEF run"),
            _ => VocabularyTokenizer.Bytes(),
        };

        TokenizerFile.Save(tokenizer, folder.Path);
        var loaded = (VocabularyTokenizer)TokenizerFile.Load(folder.Path);

        Assert.That(loaded.Separator, Is.EqualTo(separator));
        Assert.That(loaded.Special, Is.EqualTo(tokenizer.Special));
        Assert.That(loaded.EncodeToIds("DEF run"), Is.EqualTo(tokenizer.EncodeToIds("DEF run")));
    }

    [Test]
    public void Constructor_WithSeveralFaults_NamesThemAll()
        => Assert.That(
            () => new VocabularyTokenizer(["a", "a", "", "b c"], TokenSeparator.Space, new SpecialTokens { Bos = 9 }),
            Throws.ArgumentException.With.Message.Contains("special id 9").And.Message.Contains("'a', is there twice")
                .And.Message.Contains("token 2 is empty").And.Message.Contains("'b c', has white space"));

    [TestCase("""{ "format": 2, "separator": "Space", "special": {}, "tokens": ["a"] }""", "format is 2")]
    [TestCase("""{ "format": 1, "separator": "Comma", "special": {}, "tokens": ["a"] }""", "line 1")]
    [TestCase("""{ "format": 1, "separator": "Space", "special": { "bos": 7 }, "tokens": ["a"] }""", "special id 7")]
    [TestCase("""{ "format": 1, "separator": "Bytes", "special": {}, "tokens": ["ab"] }""", "<0x00> to <0xFF>")]
    [TestCase("""{ "format": 1, "separator": "Space", "special": {}, "tokens": ["a"], "extra": 1 }""", "unknown key 'extra'")]
    public void Load_OfAWrongFile_SaysWhatIsWrong(string json, string what)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vocabulary.json"], json);

        Assert.That(() => TokenizerFile.Load(folder.Path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(what));
    }
}
