using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>Whole Hugging Face folders: weights, tokenizer, special tokens and sampling defaults together.</summary>
public sealed class HuggingFaceGenerationTests
{
    private static readonly SpecialTokens _special = new() { Unknown = 0, Bos = 1, Eos = 2, Pad = 7 };

    [Test]
    public void SaveThenLoad_GivesTheSameLanguageModel()
    {
        using var folder = new TemporaryFolder();
        using var model = Make(new GenerateOptions { Temperature = 0.6, TopK = 20, TopP = 0.95, StopTokens = [9, 11] });

        HuggingFaceFolder.Save(model, folder["hf"]);
        using var loaded = LanguageModel.Load(folder["hf"]);
        loaded.Save(folder["own"]);
        using var own = LanguageModel.Load(folder["own"]);

        foreach (var other in new[] { loaded, own })
        {
            Assert.That(other.Fingerprint, Is.EqualTo(model.Fingerprint));
            Assert.That(other.Special, Is.EqualTo(_special));
            Assert.That(other.Generation with { StopTokens = [] }, Is.EqualTo(model.Generation with { StopTokens = [] }));
            Assert.That(other.Generation.StopTokens, Is.EqualTo(new[] { 9, 11 }));
            Assert.That(other.Tokenizer.EncodeToIds("a cat"), Is.EqualTo(model.Tokenizer.EncodeToIds("a cat")));
        }
    }

    [TestCase("""{ "eos_token_id": [5, 6], "do_sample": true }""", 5, new[] { 6 }, 1.0, 50)]
    [TestCase("""{ "eos_token_id": 5, "do_sample": true, "temperature": 0.5, "top_k": 3 }""", 5, new int[0], 0.5, 3)]
    [TestCase("""{ "temperature": 0.5, "top_k": 3 }""", 2, new int[0], 0.0, 0)]
    [TestCase("{}", 2, new int[0], 0.0, 0)]
    public void Load_OfGenerationConfig_TakesEndTokensAndSampling(string json, int eos, int[] stops, double temperature, int topK)
    {
        using var folder = new TemporaryFolder();
        using var model = Make(new GenerateOptions());
        HuggingFaceFolder.SaveModule(model.Module, folder["made"]);
        TokenizerFile.Save(model.Tokenizer, folder["hf"]);
        foreach (var name in new[] { "config.json", "model.safetensors" })
            File.Copy(folder[$"made/{name}"], folder[$"hf/{name}"]);
        File.WriteAllText(folder["hf/generation_config.json"], json);

        using var loaded = HuggingFaceFolder.Load(folder["hf"]);

        Assert.That(loaded.Special.Eos, Is.EqualTo(eos));
        Assert.That(loaded.Special.Bos, Is.EqualTo(1), "the tokenizer's own");
        Assert.That(loaded.Generation.StopTokens, Is.EqualTo(stops));
        Assert.That((loaded.Generation.Temperature, loaded.Generation.TopK), Is.EqualTo((temperature, topK)));
    }

    [Test]
    public void Generate_OfText_StopsAtTheModelsEndTokens()
    {
        using var free = Make(new GenerateOptions { MaxTokens = 6 });
        int[] prompt = [1, .. free.Tokenizer.EncodeToIds("once")];
        var next = TextGenerator.Generate(free.Module, [prompt], free.Generation)[0];

        using var stopping = free.WithModule(free.Module.CopyWeights());
        using var ending = new LanguageModel(free.Module.CopyWeights(), free.Tokenizer, _special with { Eos = next[0] });

        Assert.That(TextGenerator.Generate(stopping, "once"), Is.Not.Empty);
        Assert.That(TextGenerator.Generate(ending, "once"), Is.Empty);
    }

    private static IEnumerable<TestCaseData> Files()
    {
        var read = new SpecialTokens { Unknown = 0, Bos = 1, Eos = 2, Pad = 3, Mask = 4 };
        yield return Case("nothing", "{}", null, read, []);
        yield return Case("config alone", "{ \"bos_token_id\": 5, \"eos_token_id\": [6, 7, 8], \"pad_token_id\": 9 }", null,
            read with { Bos = 5, Eos = 6, Pad = 9 }, [7, 8]);
        yield return Case("the other first", "{ \"bos_token_id\": 5, \"eos_token_id\": [6, 7, 8] }",
            "{ \"bos_token_id\": null, \"eos_token_id\": 10, \"pad_token_id\": 11 }", read with { Bos = 5, Eos = 10, Pad = 11 }, []);
        yield return Case("nulls", "{ \"bos_token_id\": null }", "{ \"eos_token_id\": null }", read, []);

        static TestCaseData Case(string name, string config, string? generation, SpecialTokens special, int[] stops) =>
            new TestCaseData(config, generation, special, stops).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Files))]
    public void Special_OfBothFiles_TakesTheLatterFirstAndTheTokenizersLast(
        string config, string? generation, SpecialTokens special, int[] stops)
    {
        var read = new SpecialTokens { Unknown = 0, Bos = 1, Eos = 2, Pad = 3, Mask = 4 };
        var (first, second) = (Json(config), generation is null ? null : Json(generation));

        Assert.That(HuggingFaceGeneration.Special(first, second, read), Is.EqualTo(special));
        Assert.That(HuggingFaceGeneration.Options(first, second).StopTokens, Is.EqualTo(stops));
    }

    [TestCase("{ \"do_sample\": true }", 1, 50, 1)]
    [TestCase("{ \"do_sample\": true, \"temperature\": 0.5, \"top_k\": 3, \"top_p\": 0.25 }", 0.5, 3, 0.25)]
    [TestCase("{ \"do_sample\": false, \"temperature\": 0.5, \"top_k\": 3, \"top_p\": 0.25 }", 0, 0, 1)]
    public void Options_OfSampling_TakesItWhereItIsAskedFor(string json, double temperature, int topK, double topP)
    {
        var options = HuggingFaceGeneration.Options(Json("{ \"do_sample\": true }"), Json(json));
        Assert.That((options.Temperature, options.TopK, options.TopP), Is.EqualTo((temperature, topK, topP)));
        Assert.That(HuggingFaceGeneration.Options(Json("{ \"do_sample\": true }"), null).Temperature, Is.Zero, "config.json is not asked");
    }

    [Test]
    public void Write_OfTokensAndSampling_SaysWhatIsThere()
    {
        var greedy = new GenerateOptions { StopTokens = [9], TopK = 3, TopP = 0.5 };
        Assert.That(HuggingFaceGeneration.Write(SpecialTokens.None, greedy).ToJsonString(), Is.EqualTo("{}"), "no end, so nothing beside it");
        Assert.That(HuggingFaceGeneration.Write(_special, greedy).ToJsonString(),
            Is.EqualTo("{\"bos_token_id\":1,\"eos_token_id\":[2,9],\"pad_token_id\":7}"));
        Assert.That(HuggingFaceGeneration.Write(new() { Eos = 2 }, greedy with { StopTokens = [], Temperature = 0.7 }).ToJsonString(),
            Is.EqualTo("{\"eos_token_id\":2,\"do_sample\":true,\"temperature\":0.7,\"top_k\":3,\"top_p\":0.5}"));
    }

    [Test]
    public void Load_OfFilesThatDoNotFitTogether_NamesTheFolderAndKeepsNoTensor()
    {
        using var folder = new TemporaryFolder();
        using var model = Make(new GenerateOptions());
        HuggingFaceFolder.Save(model, folder["hf"], new HuggingFaceOptions(), new UnsyncedFileSystem());
        var sound = Left(() => HuggingFaceFolder.Load(folder["hf"]).Dispose());   // what stays of a model that was disposed of
        foreach (var (json, fault) in new[]
            {
                ("[]", "is no JSON object"), ("{ \"do_sample\": 1 }", "this library takes true or false"),
                ("{ \"bos_token_id\": 512 }", $"'{folder["hf"]}': The tokenizer has token id 512, the model's vocabulary ends at 511."),
            })
        {
            File.WriteAllText(folder["hf/generation_config.json"], json);
            var left = Left(() => Assert.That(() => HuggingFaceFolder.Load(folder["hf"]),
                Throws.TypeOf<InvalidDataException>().With.Message.Contains(fault)));
            Assert.That(left, Is.AtMost(sound), "disposed of, not left to the collector");
        }

        File.Delete(folder["hf/generation_config.json"]);
        using var without = HuggingFaceFolder.Load(folder["hf"]);
        Assert.That(without.Special, Is.EqualTo(_special), "config.json has them too");
        Assert.That(without.Fingerprint, Is.EqualTo(model.Fingerprint));

        static long Left(Action load)
        {
            var before = LiveTensors.OnThread;
            load();
            return LiveTensors.OnThread - before;
        }
    }

    private static ConfigJson Json(string json) =>
        ConfigJson.Of(System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject(), "generation_config.json");

    private static LanguageModel Make(GenerateOptions generation)
    {
        var config = ToyModels.Llama with { VocabularySize = 512, NormEpsilon = 1e-6 };
        return new LanguageModel(ToyModels.Create(config), TokenizerFile.Load(Stories260K.Folder), _special) { Generation = generation };
    }
}
