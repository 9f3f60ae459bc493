using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>
/// Random checkpoints of every family against slow float64 loops that read the same files' names and layouts by themselves.
/// </summary>
public sealed class HuggingFaceFolderTests
{
    private static readonly int[] _tokens = [3, 1, 4, 1, 5, 9, 2, 6];
    private static readonly int[] _targets = [1, 4, 1, 5, 9, 2, 6, 12];

    private sealed record Family(string Name, Func<ToyCheckpoint> Make, Func<ToyCheckpoint, double[][]> Slow)
    {
        public override string ToString() => Name;
    }

    private static IEnumerable<Family> Families { get; } =
    [
        new("gpt2", ToyCheckpoint.Gpt2, w => SlowModels.Gpt2(w, _tokens)),
        new("llama", ToyCheckpoint.Llama, w => SlowModels.Llama(w, _tokens, rotaryBase: 5_000, epsilon: 1e-5)),
        new("mistral", ToyCheckpoint.Mistral, w => SlowModels.Llama(w, _tokens, rotaryBase: 10_000, epsilon: 1e-5, window: 3)),
        new("qwen2", ToyCheckpoint.Qwen2, w => SlowModels.Llama(w, _tokens, rotaryBase: 1_000_000, epsilon: 1e-6)),
        new("codegen", ToyCheckpoint.CodeGen, w => SlowModels.CodeGen(w, _tokens, rotaryWidth: 2)),
        new("roberta", ToyCheckpoint.Roberta, w => SlowModels.Roberta(w, _tokens, _tokens.Length)),
    ];

    [TestCaseSource(nameof(Families))]
    public void LoadModule_OfAnyFamily_ComputesWhatItsDefinitionSays(object family)
    {
        const double tolerance = 2e-5;   // float32 against float64 over two layers, logits of order 1
        var (_, make, slow) = (Family)family;
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var checkpoint = make();
        checkpoint.Write(folder["hf"]);
        var expected = slow(checkpoint);

        using var model = HuggingFaceFolder.LoadModule(folder["hf"]);
        model.eval();
        var logits = model.call(Ids(_tokens));
        var loss = nn.functional.cross_entropy(logits.squeeze(0), Ids(_targets).squeeze(0)).item<float>();

        Assert.That(ToyModels.Values(logits), Is.EqualTo(expected.SelectMany(row => row)).Within(tolerance));
        Assert.That(loss, Is.EqualTo(expected.Zip(_targets, SlowMath.Loss).Average()).Within(tolerance));
    }

    [Test]
    public void LoadModule_OfRoberta_IgnoresPaddingAsItsDefinitionSays()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var checkpoint = ToyCheckpoint.Roberta();
        checkpoint.Write(folder["hf"]);

        using var model = HuggingFaceFolder.LoadModule(folder["hf"]);
        model.eval();
        var hidden = model.Hidden(Ids(_tokens), new ForwardOptions { Lengths = tensor(new long[] { 5 }) });

        var expected = SlowModels.Roberta(checkpoint, _tokens, valid: 5).Take(5).SelectMany(row => row);
        Assert.That(ToyModels.Values(model.Head(hidden.narrow(1, 0, 5))), Is.EqualTo(expected).Within(2e-5));
    }

    [TestCaseSource(nameof(Families))]
    public void SaveModule_OfALoadedFolder_GivesBackTheSameTensorsAndModel(object family)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        ((Family)family).Make().Write(folder["hf"]);
        using var model = HuggingFaceFolder.LoadModule(folder["hf"]);

        HuggingFaceFolder.SaveModule(model, folder["again"]);
        using var again = HuggingFaceFolder.LoadModule(folder["again"]);

        Assert.That(again.Config, Is.EqualTo(model.Config));
        RequireSameBits(again, model);
        var (original, written) = (Safetensors.Read(folder["hf/model.safetensors"]), Safetensors.Read(folder["again/model.safetensors"]));
        foreach (var (name, tensor) in written)
            Assert.That(ToyModels.Values(tensor), Is.EqualTo(ToyModels.Values(original[name])), name);
        string[] dropped = ["attn.bias", "causal_mask", "inv_freq", "pooler.dense.weight"];
        Assert.That(original.Keys.Except(written.Keys).Where(name => !dropped.Any(name.EndsWith)), Is.Empty);
    }

    [TestCaseSource(nameof(Families))]
    public void LoadModule_OfSeveralFiles_EqualsOneFile(object family)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var checkpoint = ((Family)family).Make();
        checkpoint.Write(folder["one"]);
        checkpoint.Write(folder["three"], files: 3);
        using var one = HuggingFaceFolder.LoadModule(folder["one"]);

        using var three = HuggingFaceFolder.LoadModule(folder["three"]);
        HuggingFaceFolder.SaveModule(three, folder["many"], new HuggingFaceOptions { MaxShardBytes = 3_000 });
        using var many = HuggingFaceFolder.LoadModule(folder["many"]);

        RequireSameBits(three, one);
        RequireSameBits(many, one);
        Assert.That(Directory.GetFiles(folder["many"], "model-*-of-*.safetensors"), Has.Length.GreaterThan(2));
        Assert.That(File.ReadAllText(folder["many/model.safetensors.index.json"]), Does.Contain("\"total_size\""));
    }

    [TestCaseSource(nameof(Families))]
    public void SaveModule_AsBFloat16_HalvesTheFileAndRoundsOnce(object family)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        ((Family)family).Make().Write(folder["hf"], ScalarType.BFloat16);
        using var model = HuggingFaceFolder.LoadModule(folder["hf"]);
        Assert.That(model.TokenEmbedding.dtype, Is.EqualTo(ScalarType.Float32));

        HuggingFaceFolder.SaveModule(model, folder["again"], new HuggingFaceOptions { Weights = ScalarType.BFloat16 });
        using var again = HuggingFaceFolder.LoadModule(folder["again"]);

        RequireSameBits(again, model);
        Assert.That(Safetensors.Read(folder["again/model.safetensors"]).Values.Select(t => t.dtype), Is.All.EqualTo(ScalarType.BFloat16));
    }

    [Test]
    public void LoadModule_IntoBFloat16_KeepsTheStoredBitsAndRuns()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        ToyCheckpoint.Llama().Write(folder["hf"], ScalarType.BFloat16);

        using var half = HuggingFaceFolder.LoadModule(folder["hf"], new HuggingFaceOptions { Weights = ScalarType.BFloat16 });
        using var full = HuggingFaceFolder.LoadModule(folder["hf"]);

        Assert.That(half.TokenEmbedding.dtype, Is.EqualTo(ScalarType.BFloat16));
        Assert.That(ToyModels.LargestDifference(half.call(Ids(_tokens)), full.call(Ids(_tokens))), Is.LessThan(0.1));
    }

    [TestCase("gpt2", "transformer.")]
    [TestCase("codegen", "transformer.")]
    [TestCase("qwen2", "model.")]
    [TestCase("roberta", "roberta.")]
    public void LoadModule_OfNamesWithoutPrefix_EqualsThoseWithIt(string name, string prefix)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var checkpoint = Families.Single(family => family.Name == name).Make();
        checkpoint.Write(folder["with"]);
        checkpoint.Rename(full => full.StartsWith(prefix) ? full[prefix.Length..] : full);
        checkpoint.Write(folder["without"]);

        using var with = HuggingFaceFolder.LoadModule(folder["with"]);
        using var without = HuggingFaceFolder.LoadModule(folder["without"]);

        RequireSameBits(without, with);
    }

    [TestCaseSource(nameof(Families))]
    public void LoadModule_WithATensorMissingOrOneTooMany_NamesIt(object family)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = ((Family)family).Make();
        var name = checkpoint.Names.First(n => n.Contains(".0.") && (n.Contains("norm") || n.Contains("ln_1") || n.Contains("LayerNorm")));
        checkpoint.Add("extra.classifier.weight", 2, 16);
        checkpoint.Write(folder["more"]);
        checkpoint.Remove(name);
        checkpoint.Write(folder["less"]);

        Assert.That(() => HuggingFaceFolder.LoadModule(folder["more"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "holds 1 tensor(s) that " + ((Family)family).Name + " has no place for: extra.classifier.weight."));
        Assert.That(() => HuggingFaceFolder.LoadModule(folder["less"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            $"holds no tensor '{name}' among its"));
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case("other activation", "gpt2", "\"gelu_new\"", "\"relu\"",
            "'activation_function' is \"relu\", this library takes gelu_new.");
        yield return Case("scaled rotary", "llama", "\"rope_scaling\": null",
            "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0}",
            "'rope_scaling' is {\"rope_type\": \"llama3\", \"factor\": 8.0}, this library takes unscaled rotary positions.");
        yield return Case("unknown family", "llama", "\"llama\"", "\"lama\"", "the model type 'lama' is not known. Did you mean 'llama'?");
        yield return Case("family far away", "llama", "\"llama\"", "\"whisper\"",
            "the model type 'whisper' is not known. Known: gpt2, llama,");
        yield return Case("no family", "llama", "\"model_type\": \"llama\",", "", "has no model_type");
        yield return Case("key missing", "llama", "\"hidden_size\": 16,", "", "'hidden_size' is missing.");
        yield return Case("size as a text", "llama", "\"hidden_size\": 16", "\"hidden_size\": \"16\"",
            "'hidden_size' is \"16\", this library takes a whole number.");
        yield return Case("negative layers", "llama", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": -2",
            "Layers is -2, expected at least 1.");
        yield return Case("a billion layers", "llama", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000000",
            "the configuration says 1000000000 layers, there are 23 tensors.");
        yield return Case("a huge vocabulary", "llama", "\"vocab_size\": 13", "\"vocab_size\": 2000000000",
            "tensor 'model.embed_tokens.weight' has shape (13, 16), config.json asks for (2000000000, 16).");
        yield return Case("no heads", "llama", "\"num_attention_heads\": 4", "\"num_attention_heads\": 0",
            "Heads is 0, expected at least 1.");
        yield return Case("a key twice", "llama", "\"vocab_size\": 13,", "\"vocab_size\": 13, \"vocab_size\": 12,", "is not valid JSON");
        yield return Case("heads not in blocks", "codegen", "\"n_head\": 8", "\"n_head\": 2",
            "'n_head' is 2, this library takes a multiple of 4");
        yield return Case("some layers see all", "qwen2", "\"use_sliding_window\": false, \"max_window_layers\": 2",
            "\"use_sliding_window\": true, \"max_window_layers\": 1",
                "'max_window_layers' is 1, this library takes 0 or the number of layers");
        yield return Case("relative positions", "roberta", "\"hidden_act\"",
            "\"position_embedding_type\": \"relative_key\", \"hidden_act\"",
            "'position_embedding_type' is \"relative_key\", this library takes absolute positions.");

        static TestCaseData Case(string name, string family, string old, string with, string fact) =>
            new TestCaseData(family, old, with, fact).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Refused))]
    public void LoadModule_OfAConfigItCannotHonour_SaysWhichKeyAndWhatItTakes(string family, string old, string with, string fact)
    {
        using var folder = new TemporaryFolder();
        Families.Single(f => f.Name == family).Make().Write(folder["hf"]);
        var config = File.ReadAllText(folder["hf/config.json"]);
        Assert.That(config, Does.Contain(old));
        File.WriteAllText(folder["hf/config.json"], config.Replace(old, with));

        Assert.That(() => HuggingFaceFolder.LoadModule(folder["hf"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains(fact));
    }

    [TestCase("\"../../etc/passwd.safetensors\"")]
    [TestCase("\"/etc/passwd.safetensors\"")]
    [TestCase("\"model.bin\"")]
    [TestCase("\"..\"")]
    public void LoadModule_OfAnIndexThatLeavesItsFolder_Refuses(string file)
    {
        using var folder = new TemporaryFolder();
        ToyCheckpoint.Llama().Write(folder["hf"], files: 2);
        var index = folder["hf/model.safetensors.index.json"];
        File.WriteAllText(index, File.ReadAllText(index).Replace("\"model-00001-of-00002.safetensors\"", file));

        Assert.That(() => HuggingFaceFolder.LoadModule(folder["hf"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "expected 1 to 1000 .safetensors files of the same folder"));
    }

    [Test]
    public void LoadModule_OfAPickle_SaysThatItIsNeverRead()
    {
        using var folder = new TemporaryFolder();
        ToyCheckpoint.Llama().Write(folder["hf"]);
        File.Move(folder["hf/model.safetensors"], folder["hf/pytorch_model.bin"]);

        Assert.That(() => HuggingFaceFolder.LoadModule(folder["hf"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "is a pickle, which can run code and is never read. Convert it to safetensors."));
    }

    [Test]
    public void SaveModule_OfAModelTheFamilyCannotExpress_NamesWhatWouldBeLost()
    {
        using var folder = new TemporaryFolder();
        using var model = new TransformerModel(ToyModels.Gpt2 with { FeedForward = FeedForwardKind.Gelu });
        using var custom = new TransformerModel(ToyModels.Llama with { Architecture = "mine" });

        Assert.That(() => HuggingFaceFolder.SaveModule(model, folder["hf"]), Throws.ArgumentException.With.Message.Contains(
            "FeedForward is Gelu, it would come back as GeluTanh"));
        Assert.That(() => HuggingFaceFolder.SaveModule(custom, folder["hf"]), Throws.ArgumentException.With.Message.Contains(
            "the model type 'mine' is not known"));
        Assert.That(folder.Names(), Is.Empty);
    }

    [Test]
    [Category("Campaign")]
    public void LoadModule_OfALargeFile_NeedsLittleMoreMemoryThanTheModel()
    {
        using var folder = new TemporaryFolder();
        Make("small", TransformerConfig.Gpt2(vocabularySize: 100, width: 16, layers: 1, heads: 2, contextLength: 16));
        Make("hf", TransformerConfig.Gpt2(vocabularySize: 20_000, width: 512, layers: 6, heads: 8, contextLength: 512));
        HuggingFaceFolder.LoadModule(folder["small"]).Dispose();                // brings the code itself into memory
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var bytes = new FileInfo(folder["hf/model.safetensors"]).Length;
        var before = Environment.WorkingSet;
        using var watch = new PeakMemory();

        using var model = HuggingFaceFolder.LoadModule(folder["hf"]);

        Assert.That(bytes, Is.GreaterThan(110_000_000));
        Assert.That(watch.Stop() - before, Is.LessThan(bytes * 1.2));

        void Make(string name, TransformerConfig config)
        {
            using var made = new TransformerModel(config);
            HuggingFaceFolder.SaveModule(made, folder[name]);
        }
    }

    private static Tensor Ids(int[] ids) => tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length]);

    private static void RequireSameBits(TransformerModel actual, TransformerModel expected)
    {
        foreach (var ((name, left), (_, right)) in actual.named_parameters().Zip(expected.named_parameters()))
            Assert.That(ToyModels.Values(left), Is.EqualTo(ToyModels.Values(right)), name);
    }

    /// <summary>Watches the process's memory every millisecond.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Thread _watcher;
        private long _peak;

        public PeakMemory()
        {
            _watcher = new Thread(() =>
            {
                while (!_stop.IsCancellationRequested)
                {
                    _peak = Math.Max(_peak, Environment.WorkingSet);
                    Thread.Sleep(1);
                }
            });
            _watcher.Start();
        }

        public long Stop()
        {
            _stop.Cancel();
            _watcher.Join();
            return Math.Max(_peak, Environment.WorkingSet);
        }

        public void Dispose()
        {
            if (!_stop.IsCancellationRequested)
                Stop();
            _stop.Dispose();
        }
    }
}
