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

    private static LanguageModel Make(GenerateOptions generation)
    {
        var config = ToyModels.Llama with { VocabularySize = 512, NormEpsilon = 1e-6 };
        return new LanguageModel(ToyModels.Create(config), TokenizerFile.Load(Stories260K.Folder), _special) { Generation = generation };
    }
}
