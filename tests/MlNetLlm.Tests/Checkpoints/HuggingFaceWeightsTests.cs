using System.Text.Json.Nodes;
using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>Files, names and types of a folder's weights.</summary>
public sealed class HuggingFaceWeightsTests
{
    private const string IndexName = "model.safetensors.index.json";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void LoadModule_OfATensorInTwoFiles_NamesTheFile()
    {
        ToyCheckpoint.Llama().Write(_folder["hf"], files: 2);
        File.Copy(_folder["hf/model-00001-of-00002.safetensors"], _folder["hf/model-00002-of-00002.safetensors"], overwrite: true);

        RequireRefused("'model-00002-of-00002.safetensors' holds tensors that another of the folder's files holds too.");
        Assert.That(() => File.OpenWrite(_folder["hf/model-00001-of-00002.safetensors"]).Dispose(), Throws.Nothing, "it was let go of");
    }

    [Test]
    public void LoadModule_OfNoWeights_SaysWhatWasLookedFor()
    {
        ToyCheckpoint.Llama().Write(_folder["hf"]);
        File.Delete(_folder["hf/model.safetensors"]);

        RequireRefused($"Folder '{_folder["hf"]}' has neither model.safetensors nor {IndexName}.", whole: true);
    }

    [TestCase("{\"weight_map\":{}}", 0)]
    [TestCase("{}", 0)]
    [TestCase("many", 1001)]
    public void LoadModule_OfAnIndexOfTooFewOrTooManyFiles_SaysHowMany(string json, int files)
    {
        ToyCheckpoint.Llama().Write(_folder["hf"], files: 2);
        var map = new JsonObject(Enumerable.Range(0, files).Select(i => KeyValuePair.Create($"{i}", (JsonNode?)$"{i}.safetensors")));
        File.WriteAllText(_folder[$"hf/{IndexName}"], files == 0 ? json : new JsonObject { ["weight_map"] = map }.ToJsonString());

        RequireRefused($"names {files} files, expected 1 to 1000 .safetensors files of the same folder.");
    }

    [Test]
    public void LoadModule_OfPackedTensorsOfSeveralTypes_ReadsEachAsItIs([Values("gpt2", "codegen")] string family)
    {
        using var scope = NewDisposeScope();
        var checkpoint = family == "gpt2" ? ToyCheckpoint.Gpt2() : ToyCheckpoint.CodeGen();
        checkpoint.Write(_folder["hf"], ScalarType.BFloat16);
        using var half = HuggingFaceFolder.LoadModule(_folder["hf"]);
        var tensors = Safetensors.Read(_folder["hf/model.safetensors"]).Select((pair, i) =>
            (pair.Key, pair.Value.to(i % 2 == 0 ? ScalarType.Float32 : i % 3 == 0 ? ScalarType.Float64 : ScalarType.BFloat16)));
        Safetensors.Write(FileSystems.Default, _folder["hf/model.safetensors"], tensors.ToList());

        using var mixed = HuggingFaceFolder.LoadModule(_folder["hf"]);

        foreach (var ((name, expected), (_, actual)) in half.named_parameters().Zip(mixed.named_parameters()))
            Assert.That(ToyModels.Values(actual), Is.EqualTo(ToyModels.Values(expected)), name);
    }

    [TestCase("qwen2", "lm_head.weight")]
    [TestCase("roberta", "lm_head.decoder.weight")]
    public void LoadModule_OfATiedHeadThatIsInTheFileToo_LeavesItAside(string family, string name)
    {
        var checkpoint = family == "qwen2" ? ToyCheckpoint.Qwen2() : ToyCheckpoint.Roberta();
        checkpoint.Add(name, ToyCheckpoint.Vocabulary, 16);
        checkpoint.Write(_folder["hf"]);

        using var model = HuggingFaceFolder.LoadModule(_folder["hf"]);
        Assert.That(model.Config.TiedHead, Is.True);
    }

    [Test]
    public void Source_OfANameThatTheFamilyHasNot_NamesIt()
    {
        ToyCheckpoint.Llama().Write(_folder["hf"]);
        var family = HuggingFaceArchitecture.Find("llama")!;
        var config = family.ReadChecked(ConfigJson.Read(_folder["hf/config.json"]));
        using var weights = HuggingFaceWeights.Open(_folder["hf"], family, config, SafetensorsLimits.Default);

        Assert.That(() => weights.Source(ScalarType.Float32)("embeddings.position.weight", default!, [1]),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                $"'{_folder["hf"]}': llama checkpoints have no place for 'embeddings.position.weight'."));
    }

    [Test]
    public void LoadModule_WithStricterLimits_KeepsThem()
    {
        ToyCheckpoint.Llama().Write(_folder["hf"]);
        var options = new HuggingFaceOptions { Limits = new SafetensorsLimits { MaxTensors = 3 } };

        Assert.That(() => HuggingFaceFolder.LoadModule(_folder["hf"], options), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "lists more than 3 tensors"));
    }

    [TestCase(ScalarType.Float32, ScalarType.Float32, 4)]
    [TestCase(ScalarType.Float32, ScalarType.Float16, 2)]
    [TestCase(ScalarType.BFloat16, ScalarType.Float32, 2)]
    public void SaveModule_InSeveralFiles_FillsEachUpToItsSizeAndCountsTheBytes(ScalarType inMemory, ScalarType stored, int size)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama).to(inMemory);
        const long most = 700;

        HuggingFaceFolder.SaveModule(model, _folder["hf"], new HuggingFaceOptions { Weights = stored, MaxShardBytes = most },
            new UnsyncedFileSystem());

        var index = JsonNode.Parse(File.ReadAllText(_folder[$"hf/{IndexName}"]))!;
        var files = Directory.GetFiles(_folder["hf"], "model-*.safetensors").Order().Select(path =>
        {
            using var file = Safetensors.Open(path);
            return (Name: Path.GetFileName(path), Sizes: file.Header.Tensors.Select(entry => entry.Bytes).ToList(), file.Header.Metadata);
        }).ToList();
        Assert.That((long)index["metadata"]!["total_size"]!, Is.EqualTo(model.parameters().Sum(p => p.numel()) * size));
        Assert.That(files.Sum(file => file.Sizes.Sum()), Is.EqualTo(model.parameters().Sum(p => p.numel()) * size));
        Assert.That(files.Select(file => file.Sizes.Sum() <= most || file.Sizes.Count == 1), Is.All.True);
        Assert.That(files.Zip(files.Skip(1)).Select(pair => pair.First.Sizes.Sum() + pair.Second.Sizes.Max()), Is.All.GreaterThan(most),
            "no file ends before it must");
        Assert.That(files.Select(file => file.Name), Is.EqualTo(Enumerable.Range(1, files.Count).Select(n =>
            $"model-{n:00000}-of-{files.Count:00000}.safetensors")));
        Assert.That(files.Select(file => file.Metadata["format"]), Is.All.EqualTo("pt"));
        Assert.That(index["weight_map"]!.AsObject().Select(place => place.Key), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        using var again = HuggingFaceFolder.LoadModule(_folder["hf"]);
        Assert.That(again.Config, Is.EqualTo(model.Config));
    }

    /// <summary>Taking apart what was put together gives the same weights, in every layout.</summary>
    [Test]
    public void Unpack_OfPacked_GivesTheSameWeights([Values("Same", "Columns", "FourBlocks")] string name, [Values(1, 3)] int parts)
    {
        using var scope = NewDisposeScope();
        var layout = Enum.Parse<WeightLayout>(name);
        parts = layout switch { WeightLayout.Same => 1, WeightLayout.FourBlocks => 3, _ => parts };
        var weights = Enumerable.Range(0, parts).Select(part => arange(part * 100, part * 100 + 40, ScalarType.Float32).view(8, 5)).ToList();

        var packed = WeightLayouts.Pack(layout, weights);

        Assert.That(packed.shape, Is.EqualTo(WeightLayouts.PackedShape(layout, [8, 5], parts)));
        for (var part = 0; part < parts; part++)
            Assert.That(ToyModels.Values(WeightLayouts.Unpack(layout, packed, part, parts)), Is.EqualTo(ToyModels.Values(weights[part])));
    }

    [Test]
    public void PackedShape_OfBiases_PutsThemEndToEnd()
    {
        Assert.That(WeightLayouts.PackedShape(WeightLayout.Columns, [8], 3), Is.EqualTo(new long[] { 24 }));
        Assert.That(WeightLayouts.PackedShape(WeightLayout.Same, [8], 1), Is.EqualTo(new long[] { 8 }));
    }

    private void RequireRefused(string fault, bool whole = false) => Assert.That(() => HuggingFaceFolder.LoadModule(_folder["hf"]),
        Throws.TypeOf<InvalidDataException>().With.Message.Matches<string>(message => whole ? message == fault : message.EndsWith(fault)));
}
