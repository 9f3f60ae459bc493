using System.Text.Json.Nodes;
using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Adapters;

/// <summary>Keys, names and shapes are written here by hand from PEFT's description of its checkpoint format.</summary>
public sealed class PeftFolderTests
{
    private const string Attention = "base_model.model.model.layers.0.self_attn.";

    private TemporaryFolder _root = null!;

    [SetUp]
    public void MakeFolder() => _root = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _root.Dispose();

    [Test]
    public void Save_OfATinyLlama_WritesPeftsNamesAndShapes()
    {
        using var model = Model(ToyModels.Llama);
        using var adapter = Train(model, ModuleSet.Attention);
        PeftFolder.Save(adapter, model, _root["peft"], "someone/tiny-llama");

        using var file = Safetensors.Open(Path.Combine(_root["peft"], "adapter_model.safetensors"));
        Assert.That(file.Header.Tensors.Select(t => $"{t.Name} {t.Type} [{string.Join(",", t.Shape)}]"), Is.EquivalentTo(new[]
        {
            "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight Float32 [2,8]",
            "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight Float32 [8,2]",
            "base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight Float32 [2,8]",
            "base_model.model.model.layers.0.self_attn.v_proj.lora_B.weight Float32 [4,2]",
            "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight Float32 [2,8]",
            "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight Float32 [8,2]",
            "base_model.model.model.layers.1.self_attn.v_proj.lora_A.weight Float32 [2,8]",
            "base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight Float32 [4,2]",
        }));
        Assert.That(file.Header.Metadata["format"], Is.EqualTo("pt"));
        var expected = JsonNode.Parse("""
            {
              "alpha_pattern": {}, "base_model_name_or_path": "someone/tiny-llama", "bias": "none", "fan_in_fan_out": false,
              "inference_mode": true, "init_lora_weights": true, "lora_alpha": 32, "lora_dropout": 0, "modules_to_save": null,
              "peft_type": "LORA", "r": 2, "rank_pattern": {}, "target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM",
              "use_dora": false, "use_rslora": false
            }
            """);
        Assert.That(Config().ToJsonString(), Is.EqualTo(expected!.ToJsonString()));
    }

    [Test]
    public void Save_OfOneLayer_NamesItsModulesInFull()
    {
        using var model = Model(ToyModels.Llama);
        using var adapter = Train(model, ModuleSet.Mlp, "1");
        PeftFolder.Save(adapter, model, _root["peft"]);

        Assert.That(Config()["target_modules"]!.AsArray().Select(name => (string)name!), Is.EqualTo(new[]
        {
            "model.layers.1.mlp.down_proj", "model.layers.1.mlp.gate_proj", "model.layers.1.mlp.up_proj",
        }));
        Assert.That(Config()["base_model_name_or_path"], Is.Null);
    }

    private static IEnumerable<TestCaseData> Exchanged()
    {
        var qwen2 = ToyModels.Llama with { Architecture = "qwen2", QueryKeyValueBias = true };
        foreach (var (config, modules) in new[]
        {
            (ToyModels.Llama, ModuleSet.All), (ToyModels.Windowed, ModuleSet.All), (qwen2, ModuleSet.All), (ToyModels.Gpt2, ModuleSet.Mlp),
        })
            yield return new TestCaseData(config, modules).SetArgDisplayNames(config.Architecture);
    }

    [TestCaseSource(nameof(Exchanged))]
    public void Load_AfterSave_GivesTheSameBits(TransformerConfig config, ModuleSet modules)
    {
        using var model = Model(config);
        using var adapter = Train(model, modules);
        PeftFolder.Save(adapter, model, _root["peft"]);

        using var loaded = PeftFolder.Load(_root["peft"], model);

        Assert.That((loaded.Rank, loaded.Alpha), Is.EqualTo((adapter.Rank, adapter.Alpha)));
        Assert.That(loaded.Matrices, Is.EquivalentTo(adapter.Matrices));
        using var expected = adapter.ApplyTo(model);
        using var actual = loaded.ApplyTo(model);
        Assert.That(actual.Fingerprint, Is.EqualTo(expected.Fingerprint).And.Not.EqualTo(model.Fingerprint));
        PeftFolder.Save(loaded, model, _root["again"]);
        foreach (var name in new[] { "adapter_config.json", "adapter_model.safetensors", "marker.json" })
            Assert.That(File.ReadAllBytes(Path.Combine(_root["again"], name)), Is.EqualTo(File.ReadAllBytes(Path.Combine(_root["peft"],
                name))));
    }

    /// <summary>W + (α / r) B A, computed here number by number from what stands in the files.</summary>
    [TestCase("\"lora_alpha\": 6", 3.0)]
    [TestCase("\"lora_alpha\": 6, \"use_rslora\": true", 4.242640687)]                                            // 6 / √2
    [TestCase("\"lora_alpha\": 6, \"alpha_pattern\": { \"q_proj\": 12 }", 6.0)]
    [TestCase("\"lora_alpha\": 6, \"alpha_pattern\": { \"v_proj\": 9, \"layers.0.self_attn.q_proj\": 3 }", 1.5)]
    [TestCase("\"lora_alpha\": 6, \"target_modules\": \"all-linear\", \"future_key\": null, \"dora\": false", 3.0)]
    public void Load_OfAFolderWrittenByHand_AddsTheScaledProduct(string settings, double scale)
    {
        using var model = Model(ToyModels.Llama);
        WriteByHand(settings);

        using var adapter = PeftFolder.Load(_root["hand"], model);

        using var adapted = adapter.ApplyTo(model);
        var before = AdapterTargets.Find(model.Module, "layers.0.attention.query").Weight;
        var after = AdapterTargets.Find(adapted.Module, "layers.0.attention.query").Weight;
        for (var row = 0; row < 8; row++)
            for (var column = 0; column < 8; column++)
            {
                var product = Enumerable.Range(0, 2).Sum(k => ValueB(row, k) * ValueA(k, column));
                Assert.That(after[row, column].item<float>(), Is.EqualTo(before[row, column].item<float>() + scale * product).Within(1e-5));
            }
        Assert.That(adapter.Matrices, Is.EqualTo(new[] { "layers.0.attention.query" }));
    }

    [Test]
    public void Load_OfGpt2sFusedModule_GivesEachMatrixItsPart()
    {
        using var model = Model(ToyModels.Gpt2);
        WriteByHand("\"lora_alpha\": 2, \"fan_in_fan_out\": true", new()
        {
            ["base_model.model.transformer.h.1.attn.c_attn.lora_A.weight"] = A(2, 8),
            ["base_model.model.transformer.h.1.attn.c_attn.lora_B.weight"] = B(24, 2),
        });

        using var adapter = PeftFolder.Load(_root["hand"], model);
        Assert.That(adapter.Matrices, Is.EqualTo(new[] { "layers.1.attention.query", "layers.1.attention.key",
            "layers.1.attention.value" }));
        using var adapted = adapter.ApplyTo(model);
        var change = (AdapterTargets.Find(adapted.Module, "layers.1.attention.value").Weight
            - AdapterTargets.Find(model.Module, "layers.1.attention.value").Weight)[3, 5].item<float>();
        Assert.That(change, Is.EqualTo(Enumerable.Range(0, 2).Sum(k => ValueB(16 + 3, k) * ValueA(k, 5))).Within(1e-5));

        PeftFolder.Save(adapter, model, _root["again"]);
        using var file = Safetensors.Open(Path.Combine(_root["again"], "adapter_model.safetensors"));
        Assert.That(ToyModels.Values(file.Read("base_model.model.transformer.h.1.attn.c_attn.lora_B.weight")),
            Is.EqualTo(ToyModels.Values(B(24, 2))));
    }

    [Test]
    public void Save_OfGpt2MatricesWithUpdatesOfTheirOwn_IsRefused([Values(ModuleSet.All, ModuleSet.Attention)] ModuleSet modules)
    {
        using var model = Model(ToyModels.Gpt2);
        using var adapter = Train(model, modules);

        Assert.That(() => PeftFolder.Save(adapter, model, _root["peft"]), Throws.ArgumentException.With.Message.EqualTo(
            "Module 'transformer.h.0.attn.c_attn' holds 'layers.0.attention.query', 'layers.0.attention.key', 'layers.0.attention.value' "
            + $"with one A for all: {(modules == ModuleSet.All ? "their A differ" : "'layers.0.attention.key' is not adapted")}. "
            + "Save the adapter with AdapterFolder instead."));
        Assert.That(_root.Names(), Is.Empty);
    }

    [TestCase("\"peft_type\": \"IA3\"", "'peft_type' is \"IA3\", this library takes LORA.")]
    [TestCase("\"task_type\": \"SEQ_CLS\"", "'task_type' is \"SEQ_CLS\", this library takes CAUSAL_LM.")]
    [TestCase("\"bias\": \"all\"", "'bias' is \"all\", this library takes none.")]
    [TestCase("\"use_dora\": true", "'use_dora' is true, this library takes it absent, null, false or empty.")]
    [TestCase("\"rank_pattern\": { \"q_proj\": 4 }", "'rank_pattern' is {\"q_proj\":4}, this library takes it absent")]
    [TestCase("\"modules_to_save\": [\"lm_head\"]", "'modules_to_save' is [\"lm_head\"], this library takes it absent")]
    [TestCase("\"layer_replication\": [[0, 1]]", "'layer_replication' is [[0,1]], this library takes it absent")]
    [TestCase("\"lora_bias\": true", "'lora_bias' is true, this library takes it absent")]
    [TestCase("\"something_new\": 3", "'something_new' is 3, this library takes it absent, null, false or empty.")]
    [TestCase("\"init_lora_weights\": \"pissa\"", "'init_lora_weights' is \"pissa\", this library takes true, false or gaussian")]
    [TestCase("\"r\": 0", "'r' is 0, this library takes 1 or more.")]
    [TestCase("\"lora_alpha\": -1", "'lora_alpha' is -1, this library takes a number above 0.")]
    [TestCase("\"alpha_pattern\": { \"q_proj$|x\": 4 }", "'q_proj$|x' is 4, this library takes patterns that are plain module names.")]
    [TestCase("\"target_modules\": [\"v_proj\"]", "module 'model.layers.0.self_attn.q_proj', which target_modules (v_proj) leaves out")]
    public void Load_OfSettingsItDoesNotCompute_NamesTheKey(string settings, string fact)
    {
        using var model = Model(ToyModels.Llama);
        WriteByHand(settings);

        Assert.That(() => PeftFolder.Load(_root["hand"], model), Throws.TypeOf<InvalidDataException>().With.Message.Contains(fact));
    }

    private static IEnumerable<TestCaseData> WrongTensors()
    {
        const string ofA = Attention + "q_proj.lora_A.weight", ofB = Attention + "q_proj.lora_B.weight";
        yield return Case("no B", new() { [ofA] = A(2, 8) }, $"tensor '{ofA}' has no twin '{ofB}'");
        yield return Case("no A", new() { [ofB] = B(8, 2) }, $"tensor '{ofB}' has no twin '{ofA}'");
        yield return Case("wrong width", new() { [ofA] = A(2, 7), [ofB] = B(8, 2) },
            "has shape (2, 7), rank 2 on this model asks for (2, 8)");
        yield return Case("wrong rank", new() { [ofA] = A(3, 8), [ofB] = B(8, 3) },
            "has shape (3, 8), rank 2 on this model asks for (2, 8)");
        yield return Case("turned", new() { [ofA] = A(2, 8), [ofB] = B(2, 8) }, "has shape (2, 8), rank 2 on this model asks for (8, 2)");
        yield return Case("unknown module", new() { [ofA.Replace("q_proj", "qkv")] = A(2, 8), [ofB.Replace("q_proj", "qkv")] = B(8, 2) },
            "the model has no module 'model.layers.0.self_attn.qkv' to adapt. Known: model.layers.0.self_attn.q_proj");
        yield return Case("a layer too many", new() { [ofA.Replace(".0.", ".2.")] = A(2, 8), [ofB.Replace(".0.", ".2.")] = B(8, 2) },
            "the model has no module 'model.layers.2.self_attn.q_proj' to adapt");
        yield return Case("an embedding", new() { ["base_model.model.model.embed_tokens.lora_embedding_A"] = A(2, 8) },
            "tensor 'base_model.model.model.embed_tokens.lora_embedding_A' is none of base_model.model.MODULE.lora_A.weight");
        yield return Case("no prefix", new() { [ofA[17..]] = A(2, 8), [ofB[17..]] = B(8, 2) }, "is none of base_model.model.MODULE");
        yield return Case("nothing but the prefix", new() { ["base_model.model.lora_A.weight"] = A(2, 8) },
            "is none of base_model.model.MODULE");
        yield return Case("whole numbers", new() { [ofA] = A(2, 8).to(ScalarType.Int32), [ofB] = B(8, 2) }, "is Int32; expected Float32");
        yield return Case("nothing", [], "adapter_model.safetensors holds no tensors");

        static TestCaseData Case(string name, Dictionary<string, Tensor> tensors, string fact) =>
            new TestCaseData(tensors, fact).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(WrongTensors))]
    public void Load_OfWrongTensors_SaysWhatIsWrong(Dictionary<string, Tensor> tensors, string fact)
    {
        using var model = Model(ToyModels.Llama);
        WriteByHand("\"lora_alpha\": 6", tensors);

        Assert.That(() => PeftFolder.Load(_root["hand"], model), Throws.TypeOf<InvalidDataException>().With.Message.Contains(fact));
    }

    [Test]
    public void Save_AndLoad_WithAnotherBase_AreRefused()
    {
        using var model = Model(ToyModels.Llama);
        using var other = Model(ToyModels.Llama, seed: 2);
        using var adapter = Train(model, ModuleSet.Attention);
        PeftFolder.Save(adapter, model, _root["peft"]);

        Assert.That(() => PeftFolder.Save(adapter, other, _root["x"]),
            Throws.InvalidOperationException.With.Message.Contains(other.Fingerprint));
        Assert.That(() => PeftFolder.Load(_root["peft"], other), Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains(other.Fingerprint));
    }

    [Test]
    public void Save_OfAModelPeftHasNoNamesFor_SaysWhy()
    {
        using var paired = Model(ToyModels.Llama with { Rotary = RotaryLayout.AdjacentPairs });
        using var codegen = Model(ToyModels.CodeGen with { Heads = 4, KeyValueHeads = 4, HeadWidth = 2 });
        using var roberta = Model(ToyModels.Roberta);
        using var own = Model(ToyModels.Llama with { Architecture = "mine" });

        Refuses(paired, "Rotary is AdjacentPairs, it would come back as Halves");
        Refuses(codegen, "PEFT has no module that holds just 'layers.0.attention.query'");
        Refuses(own, "the model type 'mine' is not known");
        Assert.That(() => PeftFolder.Load(_root["x"], roberta),
            Throws.ArgumentException.With.Message.Contains("is no causal language model"));

        void Refuses(LanguageModel model, string fact)
        {
            using var adapter = Train(model, ModuleSet.Attention);
            Assert.That(() => PeftFolder.Save(adapter, model, _root["peft"]), Throws.ArgumentException.With.Message.Contains(fact));
        }
    }

    private JsonObject Config() => JsonNode.Parse(File.ReadAllBytes(Path.Combine(_root["peft"], "adapter_config.json")))!.AsObject();

    private void WriteByHand(string settings, Dictionary<string, Tensor>? tensors = null)
    {
        var json = JsonNode.Parse("""{ "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 2, "lora_alpha": 4 }""")!.AsObject();
        foreach (var (key, value) in JsonNode.Parse($"{{ {settings} }}")!.AsObject())
            json[key] = value?.DeepClone();
        Directory.CreateDirectory(_root["hand"]);
        File.WriteAllText(Path.Combine(_root["hand"], "adapter_config.json"), json.ToJsonString());
        tensors ??= new() { [$"{Attention}q_proj.lora_A.weight"] = A(2, 8), [$"{Attention}q_proj.lora_B.weight"] = B(8, 2) };
        Safetensors.Write(
            FileSystems.Default, Path.Combine(_root["hand"], "adapter_model.safetensors"), tensors.Select(tensor => (tensor.Key,
                tensor.Value)));
    }

    private static double ValueA(long row, long column) => 0.1 * row - 0.05 * column + 0.2;

    private static double ValueB(long row, long column) => 0.03 * row + 0.4 * column - 0.3;

    private static Tensor A(long rows, long columns) => Matrix(rows, columns, ValueA);

    private static Tensor B(long rows, long columns) => Matrix(rows, columns, ValueB);

    private static Tensor Matrix(long rows, long columns, Func<long, long, double> value) => tensor(
        [.. from row in Enumerable.Range(0, (int)rows) from column in Enumerable.Range(0, (int)columns) select (float)value(row, column)],
        [rows, columns]);

    private static LanguageModel Model(TransformerConfig config, ulong seed = 1) =>
        new(ToyModels.Create(config with { VocabularySize = 12 }, seed), VocabularyTokenizer.Characters("abcdefgh "));

    private static LoraAdapter Train(LanguageModel model, ModuleSet modules, string layers = "all")
    {
        var ml = new MLContext(1);
        var options = new LoraOptions { MaxSteps = 3, BatchSize = 4, SequenceLength = 12, Rank = 2, Modules = modules, Layers = layers };
        return ml.LanguageModels().FineTuneLora(model, options).Fit(Toy.Rows(ml)).Learned;
    }
}
