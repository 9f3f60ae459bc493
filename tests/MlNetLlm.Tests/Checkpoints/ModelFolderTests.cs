using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>What stands at a path decides how it is read; what does not fit together is refused by its name.</summary>
public sealed class ModelFolderTests
{
    private static readonly TransformerConfig _config = ToyModels.Llama with { VocabularySize = 512, Rotary = RotaryLayout.AdjacentPairs };

    private TemporaryFolder _root = null!;

    [SetUp]
    public void MakeFolder() => _root = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _root.Dispose();

    [Test]
    public void Load_OfAllKindsOfOneModel_GivesTheSameModel()
    {
        using var model = Model();
        model.Save(_root["own"]);
        TokenizerFile.Save(model.Tokenizer, _root["llama2c"]);
        File.WriteAllText(_root["llama2c/a.bin"], "no model");
        Llama2C.Write(FileSystems.Default, _root["llama2c/b.bin"], model.Module);

        foreach (var path in new[] { "own", "llama2c", "llama2c/b.bin" })
        {
            using var loaded = ModelFolder.Load(_root[path]);
            Assert.That(loaded.Fingerprint, Is.EqualTo(model.Fingerprint), path);
        }
        Assert.That(() => ModelFolder.Load(_root["none"]), Throws.TypeOf<DirectoryNotFoundException>().With.Message.EqualTo(
            $"There is no model at '{_root["none"]}': neither a file nor a folder."));
        Assert.That(() => ModelFolder.Load(_root["llama2c/a.bin"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("a.bin"));
    }

    [Test]
    public void Load_AfterAKillBetweenTheRenames_GivesTheOlderModel()
    {
        using var model = Model();
        model.Save(_root["own"]);
        Directory.Move(_root["own"], _root[".own.old"]);

        using var loaded = ModelFolder.Load(_root["own"]);
        Assert.That(loaded.Fingerprint, Is.EqualTo(model.Fingerprint));
    }

    [Test]
    public void Load_OfAFolderWithoutMarker_DoesNotTrustItsDescription()
    {
        using var model = Model();
        model.Save(_root["own"]);
        File.Delete(_root["own/marker.json"]);

        Assert.That(() => ModelFolder.Load(_root["own"]), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"Folder '{_root["own"]}' holds no model: expected model.json with marker.json, a Hugging Face config.json, "
            + "or a llama2.c .bin file."));
    }

    [TestCase("\"format\": 1", "\"format\": 2", "model.json' has format 2; this version reads 1. Use the version that wrote it.")]
    [TestCase("\"layers\": 2", "\"layers\": 0", "Layers is 0, expected at least 1.")]
    [TestCase("\"layers\": 2", "\"layers\": 99", "the configuration says 99 layers, there are 20 tensors.")]
    [TestCase("\"layers\": 2", "\"layers\": 1",
        "The file holds 9 tensor(s) that the model has no place for: layers.1.attention.key.weight, ")]
    [TestCase("\"feedForwardWidth\": 12", "\"feedForwardWidth\": 13", "the model's configuration asks for (13, 8).")]
    [TestCase("\"bos\": 1", "\"bos\": 512", "The tokenizer has token id 512, the model's vocabulary ends at 511.")]
    public void Load_OfADescriptionThatDoesNotFit_SaysWhat(string old, string with, string fault)
    {
        using var model = Model();
        model.Save(_root["own"]);
        var description = File.ReadAllText(_root["own/model.json"]);
        Assert.That(description, Does.Contain(old));
        AtomicFolder.Write(FileSystems.Default, _root["changed"], folder =>
        {
            foreach (var file in Directory.EnumerateFiles(_root["own"]).Where(file => Path.GetFileName(file) != "marker.json"))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            File.WriteAllText(Path.Combine(folder, "model.json"), description.Replace(old, with));
        });
        var before = LiveTensors.Reachable();

        Assert.That(() => ModelFolder.Load(_root["changed"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains(fault));
        Assert.That(LiveTensors.Reachable(), Is.AtMost(before), "what was read is let go of");
    }

    [Test]
    public void Load_OfALlama2CModelBesideAnotherTokenizer_SaysSoAndDisposesOfIt()
    {
        using var model = Model();
        using var small = ToyModels.Create(_config with { VocabularySize = 300 });
        TokenizerFile.Save(model.Tokenizer, _root["llama2c"]);
        Llama2C.Write(FileSystems.Default, _root["llama2c/sound.bin"], model.Module);
        Llama2C.Write(FileSystems.Default, _root["llama2c/small.bin"], small);
        var start = LiveTensors.OnThread;
        ModelFolder.Load(_root["llama2c/sound.bin"]).Dispose();
        var sound = LiveTensors.OnThread - start;               // what stays of a model that was disposed of

        Assert.That(() => ModelFolder.Load(_root["llama2c/small.bin"]), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"'{_root["llama2c/small.bin"]}': The tokenizer has token id 511, the model's vocabulary ends at 299. They do not "
            + "belong together."));
        Assert.That(LiveTensors.OnThread - start, Is.AtMost(2 * sound), "disposed of, not left to the collector");
    }

    private static LanguageModel Model() => new(ToyModels.Create(_config), TokenizerFile.Load(Stories260K.Folder));
}
