using MlNetLlm.Adapters;
using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Svf;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Svf;

/// <summary>What is decomposed, however a checkpoint stores it.</summary>
public sealed class SvfLayoutTests
{
    [Test]
    public void Factors_OfAFusedMatrix_AreThoseOfItsThreeParts()
    {
        // GPT-2 stores query, key and value as one matrix (in, 3 out).
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using (var made = ToyModels.Create(ToyModels.Gpt2 with { VocabularySize = 12 })) HuggingFaceFolder.SaveModule(made, folder["hf"]);
        using var model = new LanguageModel(HuggingFaceFolder.LoadModule(folder["hf"]), VocabularyTokenizer.Characters("abcdefgh "));
        using var expert = ExpertToys.Expert(model, 1, modules: ModuleSet.All);
        var fused = Safetensors.Read(Directory.GetFiles(folder["hf"], "*.safetensors").Single())["transformer.h.1.attn.c_attn.weight"];
        string[] parts = ["query", "key", "value"];
        for (var i = 0; i < parts.Length; i++)
        {
            var (u, sigma, vt) = expert.Factors($"layers.1.attention.{parts[i]}");
            var stored = fused.narrow(1, 8 * i, 8).t();                                              // (out, in)
            Assert.That(ToyModels.LargestDifference(SvfMath.Materialise(u, sigma, vt), stored), Is.LessThan(1e-5), parts[i]);
            Assert.That(sigma.data<float>().ToArray(), Is.Ordered.Descending);
        }
    }

    [Test]
    public void Matrices_NeverHoldEmbeddingsHeadsOrNorms()
    {
        using var model = new LanguageModel(
            ToyModels.Create(ToyModels.Llama with { VocabularySize = 12 }), VocabularyTokenizer.Characters("abcdefgh "));
        using var expert = ExpertToys.Expert(model, 1, modules: ModuleSet.All);
        string[] seven = ["attention.query", "attention.key", "attention.value", "attention.output", "mlp.gate", "mlp.up", "mlp.down"];
        Assert.That(expert.Matrices, Is.EqualTo(new[] { 0, 1 }.SelectMany(layer => seven.Select(name => $"layers.{layer}.{name}"))));
    }
}
