using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class LanguageModelTests
{
    [Test]
    public void Fingerprint_OfEqualModels_IsEqualAndOfOthersNot()
    {
        using var model = ToyModels.Create(Big());
        using var same = model.CopyWeights();
        using var other = model.CopyWeights();
        using (no_grad())
            other.Projections[5].Weight.view(-1).narrow(0, 7, 1).mul_(1.0001);
        using var otherConfig = new TransformerModel(Big() with { NormEpsilon = 1e-6 });
        otherConfig.load_state_dict(model.state_dict());

        var fingerprints = new[] { model, same, other, otherConfig }.Select(module =>
            new LanguageModel(module, Stories()).Fingerprint).ToArray();

        Assert.That(fingerprints[0], Does.Match("^[0-9a-f]{64}$"));
        Assert.That(fingerprints[1], Is.EqualTo(fingerprints[0]));
        Assert.That(fingerprints[2], Is.Not.EqualTo(fingerprints[0]));
        Assert.That(fingerprints[3], Is.Not.EqualTo(fingerprints[0]));
    }

    [Test]
    public void To_TheDeviceOfAModel_GivesBackTheSameModel()
    {
        using var model = new LanguageModel(new TransformerModel(Big()), Stories());
        var before = model.Fingerprint;
        Assert.That(model.To("cpu"), Is.SameAs(model));
        using var again = model.WithModule(model.Module.ShareWeights());
        Assert.That(again.Fingerprint, Is.EqualTo(before));
        Assert.That(model.Module.TokenEmbedding.device_type, Is.EqualTo(DeviceType.CPU));
    }

    [Test]
    public void To_WhatIsNoDevice_OrNotHere_SaysWhatIs()
    {
        using var model = new LanguageModel(new TransformerModel(Big()), Stories());
        Assert.That(() => model.To("gpu"), Throws.ArgumentException.With.Message.EqualTo(
            "Device is 'gpu'; expected 'cpu', 'cuda' or 'cuda:' and a number."));
        Assert.That(() => model.To("cuda:99"), Throws.InvalidOperationException.With.Message.Contains("Device is 'cuda:99', and ")
            .And.Message.Contains("Set `Device` to 'cpu'"));
    }

    [Test]
    public void Transform_OfRowsReadAfterTheModelIsGone_SaysSo()
    {
        var ml = new MLContext(1);
        var rows = Toy.Rows(ml, 3);
        using var kept = Toy.Model();
        IDataView scored;
        using (var model = kept.WithModule(kept.Module.CopyWeights()))
            scored = ml.LanguageModels().Score(model).Fit(rows).Transform(rows);
        Assert.That(() => ml.LanguageModels().Scores(scored), Throws.InstanceOf<ObjectDisposedException>().With.Message.Contains(
            "This language model was disposed of. Rows are computed as they are read: keep the model until the last one was."));
        Assert.That(ml.LanguageModels().Scores(ml.LanguageModels().Score(kept).Fit(rows).Transform(rows)), Has.Count.EqualTo(3));
    }

    [Test]
    public void Constructor_FreezesTheWeightsAndEndsTraining()
    {
        using var model = new LanguageModel(new TransformerModel(Big()), Stories());

        Assert.That(model.Module.parameters().Select(p => p.requires_grad), Is.All.False);
        Assert.That(model.Module.training, Is.False);
        Assert.That(model.Special, Is.EqualTo(new SpecialTokens { Unknown = 0, Bos = 1, Eos = 2 }));
    }

    [Test]
    public void Constructor_WithTokenizerLargerThanTheModel_Throws()
    {
        using var module = new TransformerModel(ToyModels.Llama);

        Assert.That(() => new LanguageModel(module, Stories()), Throws.ArgumentException.With.Message.Contains(
            "The tokenizer has token id 511, the model's vocabulary ends at 10."));
    }

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void SaveAndLoad_OfAnyKindOfModel_GivesTheSameModel(TransformerConfig config)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = new LanguageModel(ToyModels.Create(config with { VocabularySize = 512 }), Stories(),
            new SpecialTokens { Bos = 1, Pad = 5 });
        var tokens = ToyModels.Tokens(2, 6);

        model.Save(folder["model"]);
        using var loaded = LanguageModel.Load(folder["model"]);

        Assert.That(loaded.Config, Is.EqualTo(model.Config));
        Assert.That(loaded.Special, Is.EqualTo(model.Special));
        Assert.That(loaded.Fingerprint, Is.EqualTo(model.Fingerprint));
        Assert.That(ToyModels.Values(loaded.Module.call(tokens)), Is.EqualTo(ToyModels.Values(model.Module.call(tokens))));
        Assert.That(loaded.Tokenizer.EncodeToIds("once upon a time"), Is.EqualTo(model.Tokenizer.EncodeToIds("once upon a time")));
    }

    [TestCase(ScalarType.BFloat16)]
    [TestCase(ScalarType.Float16)]
    public void SaveAndLoad_OfAModelInHalfPrecision_KeepsItsTypeAndFingerprint(ScalarType type)
    {
        using var folder = new TemporaryFolder();
        using var model = new LanguageModel(ToyModels.Create(Big()).to(type), Stories());

        model.Save(folder["model"]);
        using var loaded = LanguageModel.Load(folder["model"]);

        Assert.That(loaded.Module.parameters().Select(parameter => parameter.dtype), Is.All.EqualTo(type));
        Assert.That(loaded.Fingerprint, Is.EqualTo(model.Fingerprint));
    }

    [Test]
    public void Save_Twice_WritesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        using var model = new LanguageModel(ToyModels.Create(Big()), Stories());

        model.Save(folder["a"]);
        model.Save(folder["b"]);

        foreach (var file in Directory.EnumerateFiles(folder["a"]))
            Assert.That(File.ReadAllBytes(file), Is.EqualTo(File.ReadAllBytes(Path.Combine(folder["b"], Path.GetFileName(file)))), file);
    }

    [Test]
    public void Save_FailingAtAnyOperation_LeavesTheOldModelOrTheNew()
    {
        using var folder = new TemporaryFolder();
        using var old = new LanguageModel(ToyModels.Create(Big()), Stories());
        using var fresh = new LanguageModel(ToyModels.Create(Big(), seed: 7), Stories());
        for (var operation = 0; ; operation++)
        {
            old.Save(folder["model"]);
            var disk = new FaultyFileSystem(Fault.NoSpace, operation, sticky: false);
            try
            {
                fresh.Save(folder["model"], disk);
            }
            catch (IOException)
            {
            }
            using var loaded = LanguageModel.Load(folder["model"]);
            Assert.That(loaded.Fingerprint, Is.EqualTo(old.Fingerprint).Or.EqualTo(fresh.Fingerprint), $"operation {operation}");
            if (!disk.Failed)
                break;
        }
    }

    [Test]
    public void Load_OfADamagedFolder_SaysWhatIsWrong()
    {
        using var folder = new TemporaryFolder();
        using var model = new LanguageModel(ToyModels.Create(Big()), Stories());
        model.Save(folder["model"]);
        var weights = Path.Combine(folder["model"], "model.safetensors");
        var bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);

        Assert.That(() => LanguageModel.Load(folder["model"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("The file was changed"));
    }

    [Test]
    public void Load_OfNothing_SaysWhatWasExpected()
    {
        using var folder = new TemporaryFolder();

        Assert.That(() => LanguageModel.Load(folder["missing"]),
            Throws.TypeOf<DirectoryNotFoundException>().With.Message.Contains("There is no model at"));
        Assert.That(() => LanguageModel.Load(folder.Path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("holds no model: expected model.json"));
    }

    [Test]
    public void WithModule_KeepsTokenizerAndSpecialTokens()
    {
        using var model = new LanguageModel(ToyModels.Create(Big()), Stories());

        using var other = model.WithModule(model.Module.CopyWeights());

        Assert.That(other.Tokenizer, Is.SameAs(model.Tokenizer));
        Assert.That(other.Special, Is.EqualTo(model.Special));
        Assert.That(other.Fingerprint, Is.EqualTo(model.Fingerprint));
    }

    private static TransformerConfig Big() => ToyModels.Llama with { VocabularySize = 512 };

    private static TextTokenizer Stories() => TokenizerFile.Load(Stories260K.Folder);
}
