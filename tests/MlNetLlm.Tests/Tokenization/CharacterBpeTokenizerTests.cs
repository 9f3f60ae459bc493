using System.Text.Json.Nodes;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Tokenization;

public sealed class CharacterBpeTokenizerTests
{
    private static readonly Lazy<TextTokenizer> Llama2 = new(() => TinyTokenizerJson.Load(LlamaTokenizerJson.Make(LlamaPieces())));

    [TestCaseSource(nameof(LlamaVectors))]
    public void EncodeToIds_OfLlama2AsJson_GivesTheVectorAndDecodesBack(string text, int[] ids)
    {
        Assert.That(Llama2.Value.EncodeToIds(text), Is.EqualTo(ids));
        Assert.That(Llama2.Value.Decode(ids), Is.EqualTo(text));
        Assert.That(Llama2.Value.EncodeToTokens(text, out _).Select(t => t.Id), Is.EqualTo(ids));
    }

    [Test]
    public void EncodeToIds_OfALongText_EqualsThatOfTheModelFile()
    {
        var text = TokenizerData.Text("tinyshakespeare/input.txt.gz");
        var model = TokenizerFile.Load(TokenizerData.Path("llama2_tokenizer/tokenizer.model"));

        Assert.That(Llama2.Value.EncodeToIds(text), Is.EqualTo(model.EncodeToIds(text)));
        Assert.That(Llama2.Value.Special, Is.EqualTo(model.Special));
    }

    [Test]
    public void EncodeToIds_OfAddedTokens_FindsThemAndDecodesThemToNothing()
    {
        var ids = Llama2.Value.EncodeToIds("<s>Hello</s>");

        Assert.That(ids, Is.EqualTo((int[])[1, .. Llama2.Value.EncodeToIds("Hello"), 2]));
        Assert.That(Llama2.Value.Decode(ids), Is.EqualTo("Hello"));
    }

    [TestCase("always", false, "a a", "▁a▁a")]
    [TestCase("always", false, " a<s>a", "▁a|<s>|▁a")]
    [TestCase("first", false, "a<s>a", "▁a|<s>|a")]
    [TestCase("never", false, "a a", "a|▁a")]
    [TestCase("always", true, "a a", "▁a|▁a")]
    [TestCase("always", true, "  a", "▁|▁a")]
    public void EncodeToTokens_WithMetaspace_PutsSpacesWhereTheSchemeSays(string scheme, bool split, string text, string tokens)
    {
        var json = LlamaTokenizerJson.Make([.. Bytes(), "<unk>", "<s>", "</s>", "▁", "a", "▁a", "▁a▁a"]);
        json["normalizer"] = null;
        json["pre_tokenizer"] = LlamaTokenizerJson.Metaspace(scheme, split);

        Assert.That(TinyTokenizerJson.Load(json).EncodeToTokens(text, out _).Select(t => t.Value), Is.EqualTo(tokens.Split('|')));
    }

    [Test]
    public void EncodeToIds_OfUnknownCharacters_SpellsBytes()
    {
        var tokenizer = TinyTokenizerJson.Load(LlamaTokenizerJson.Make([.. Bytes(), "<unk>", "<s>", "</s>", "▁"]));

        Assert.That(tokenizer.EncodeToIds("é\ud800"), Is.EqualTo(new[] { 259, 0xC3, 0xA9, 0xEF, 0xBF, 0xBD }));
        Assert.That(tokenizer.Decode([259, 0xC3, 0xA9]), Is.EqualTo("é"));
    }

    [Test]
    public void Save_ThenLoad_GivesTheSameTokenizer()
    {
        using var folder = new TemporaryFolder();

        TokenizerFile.Save(Llama2.Value, folder.Path);
        var loaded = TokenizerFile.Load(folder.Path);

        Assert.That(loaded, Is.InstanceOf<CharacterBpeTokenizer>());
        Assert.That(loaded.EncodeToIds("Hello wörld 😀"), Is.EqualTo(Llama2.Value.EncodeToIds("Hello wörld 😀")));
        Assert.That(loaded.Special, Is.EqualTo(Llama2.Value.Special));
    }

    [TestCase("<0x41>", null, "no token <0x41>")]
    [TestCase(null, """{ "type": "NFKC" }""", "understood here")]
    [TestCase(null, """{ "type": "Prepend", "prepend": "x" }""", "U+2581")]
    public void Load_OfAWrongFile_SaysWhatIsWrong(string? missing, string? normalizer, string what)
    {
        var json = LlamaTokenizerJson.Make([.. Bytes().Where(b => b != missing), "<unk>", "<s>", "</s>", "▁"]);
        if (normalizer is not null)
            json["normalizer"] = JsonNode.Parse(normalizer);

        Assert.That(() => TinyTokenizerJson.Load(json), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(what));
    }

    private static IEnumerable<TestCaseData> LlamaVectors() => TokenizerData.LlamaCppCases("llama-spm");

    private static IEnumerable<string> Bytes() => Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>");

    private static IEnumerable<(string Text, float Score)> LlamaPieces()
        => SentencePieceBytes.Read(TokenizerData.Bytes("llama2_tokenizer/tokenizer.model"));
}
