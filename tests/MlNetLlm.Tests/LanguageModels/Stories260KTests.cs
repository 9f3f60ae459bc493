using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

/// <summary>
/// A real model with known outputs (float64 logits and 200 greedy tokens computed elsewhere) pins the whole forward pass.
/// </summary>
public sealed class Stories260KTests
{
    private static readonly GenerateOptions _greedy200 = new() { MaxTokens = 200 };

    [Test]
    public void Forward_OnGoldenTokens_GivesGoldenLogits()
    {
        const double tolerance = 1e-4;   // float32 against float64 over five layers
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var golden = Stories260K.Golden;
        using var model = Llama2C.Read(Stories260K.ModelFile);
        var tokens = tensor(new long[] { golden.Bos, golden.Ids[0], golden.Ids[1] }, [1, 3]);

        var logits = model.call(tokens);

        Assert.That(logits.shape, Is.EqualTo(new long[] { 1, 3, 512 }));
        Assert.That(ToyModels.Values(logits), Is.EqualTo(golden.Logits.SelectMany(step => step)).Within(tolerance));
    }

    [Test]
    public void Generate_Greedily_GivesGoldenTokensAndText()
    {
        var golden = Stories260K.Golden;
        using var model = LanguageModel.Load(Stories260K.Folder);

        var ids = TextGenerator.Generate(model.Module, [[golden.Bos]], _greedy200)[0];

        Assert.That(ids, Is.EqualTo(golden.Ids));
        Assert.That(model.Tokenizer.Decode([golden.Bos, .. ids]), Is.EqualTo(golden.Text));
    }

    [Test]
    public void Forward_OnAllGoldenTokensAtOnce_AgreesWithCachedGeneration()
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var golden = Stories260K.Golden;
        using var model = Llama2C.Read(Stories260K.ModelFile);
        long[] tokens = [golden.Bos, .. golden.Ids.Take(199)];

        var next = model.call(tensor(tokens, [1, 200])).argmax(-1);

        Assert.That(next.data<long>().ToArray(), Is.EqualTo(golden.Ids));
    }

    [Test]
    public void Save_ThenLoad_GivesSameBitsAndFingerprint()
    {
        using var folder = new TemporaryFolder();
        using var model = LanguageModel.Load(Stories260K.Folder);

        model.Save(folder["own"]);
        using var own = LanguageModel.Load(folder["own"]);
        Llama2C.Write(FileSystems.Default, folder["again.bin"], own.Module);

        Assert.That(own.Fingerprint, Is.EqualTo(model.Fingerprint));
        Assert.That(own.Config, Is.EqualTo(model.Config));
        Assert.That(own.Special, Is.EqualTo(model.Special));
        Assert.That(Weights(File.ReadAllBytes(folder["again.bin"])), Is.EqualTo(Weights(File.ReadAllBytes(Stories260K.ModelFile))));

        static byte[] Weights(byte[] file) =>
            file[..^(512 * 8 * sizeof(float))];   // all but the tables of rotations, which we write as zeros
    }
}
