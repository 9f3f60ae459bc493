using MlNetLlm.Checkpoints;
using MlNetLlm.Persistence;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Tests.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.SparseAutoencoders;

/// <summary>The published layout, and files that are not what they say.</summary>
public sealed class PublishedAutoencoderTests
{
    private string _folder = null!;

    [SetUp]
    public void Open() => _folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;

    [TearDown]
    public void Close() => Directory.Delete(_folder, recursive: true);

    // Width 3, two latents of which one may be active: +(1, -1, 0)/√2 and +(0, 1, -1)/√2, encoder as decoder, b = (0.1, 0, -0.1).
    private static readonly float _root = MathF.Sqrt(0.5f);

    private static TorchFile Published() => new TorchFile()
        .Tensor("pre_bias", [0.1f, 0, -0.1f], 3)
        .Tensor("encoder.weight", [_root, -_root, 0, 0, _root, -_root], 2, 3)
        .Tensor("latent_bias", [0, 0.5f], 2)
        .Longs("stats_last_nonzero", 4, 9)
        .Tensor("decoder.weight", [_root, 0, -_root, _root, 0, -_root], 3, 2);

    private static TorchFile Whole() => Published().Text("activation", "TopK").Dictionary("activation_state_dict", "k", 1);

    [Test]
    public void LoadPublished_GivesTheCodeByHand()
    {
        using var autoencoder = SparseAutoencoder.LoadPublished(Whole().Save(At("sae.pt")));
        Assert.That((autoencoder.Width, autoencoder.Latents, autoencoder.ActiveLatents), Is.EqualTo((3, 2, 1)));
        // h = (3, 1, 2): mean 2, deviation 1, u = (1, -1, 0) up to ε; u - b = (0.9, -1, 0.1).
        var code = autoencoder.Encode([3, 1, 2]);
        Assert.That(code.Latents, Is.EqualTo(new[] { 0 }));
        Assert.That(code.Strengths[0], Is.EqualTo(1.9f * _root).Within(1e-4));      // latent 1 has -1.1/√2 + 0.5
        float[] expected = [2 + 0.95f + 0.1f, 2 - 0.95f, 2 - 0.1f];
        Assert.That(autoencoder.Decode(code), Is.EqualTo(expected).Within(1e-4));
        Assert.That(autoencoder.Direction(1), Is.EqualTo(new[] { 0, _root, -_root }));
    }

    [Test]
    public void LoadPublished_FromSafetensors_GivesTheSame()
    {
        using var expected = SparseAutoencoder.LoadPublished(Whole().Save(At("sae.pt")));
        using var scope = NewDisposeScope();
        Safetensors.Write(FileSystems.Default, At("sae.safetensors"),
        [
            ("pre_bias", tensor(new[] { 0.1f, 0, -0.1f })), ("latent_bias", tensor(new[] { 0, 0.5f })),
            ("encoder.weight", tensor(new[] { _root, -_root, 0, 0, _root, -_root }, [2, 3])),
            ("decoder.weight", tensor(new[] { _root, 0, -_root, _root, 0, -_root }, [3, 2])),
        ]);
        using var actual = SparseAutoencoder.LoadPublished(At("sae.safetensors"), activeLatents: 1);
        Assert.That(actual.Fingerprint, Is.EqualTo(expected.Fingerprint));
        Assert.That(() => SparseAutoencoder.LoadPublished(At("sae.safetensors")),
            Throws.ArgumentException.With.Message.Contains("does not say how many latents are active. Set activeLatents."));
    }

    [Test]
    public void LoadPublished_OfAPickleThatCallsAnything_RefusesIt()
    {
        byte[] call = [.. TorchFile.Global("os", "system"), (byte)'(', 0x8c, 2, (byte)'l', (byte)'s', (byte)'t', (byte)'R'];
        Assert.That(() => SparseAutoencoder.LoadPublished(Published().Steps("activation", call).Save(At("bad.pt"))),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("it calls os.system, which saved tensors do not need"));
    }

    private static IEnumerable<TestCaseData> Damages()
    {
        yield return Case("no tensor 'encoder.weight'", "missing", new TorchFile().Tensor("pre_bias", [1, 2], 2));
        yield return Case("activation ReLU; TopK alone", "activation", Published().Text("activation", "ReLU"));
        yield return Case("tensor 'latent_bias' has shape (3), expected (2", "shape", new TorchFile()
            .Tensor("encoder.weight", [1, 0, 0, 0, 1, 0], 2, 3).Tensor("latent_bias", [0, 0, 0], 3)
            .Dictionary("activation_state_dict", "k", 1));
        yield return Case("reaches outside its storage", "outside", new TorchFile()
            .Tensor("encoder.weight", [1, 0, 0], 2, 3).Dictionary("activation_state_dict", "k", 1));
        yield return Case("width 3, 2 latents and 3 active", "k", Published().Dictionary("activation_state_dict", "k", 3));
        yield return Case("is not one that saved tensors need", "opcode", Published().Steps("activation", (byte)'i'));
        yield return Case("its values do not fit together", "stack", Published().Steps("activation", (byte)'R'));

        static TestCaseData Case(string message, string name, TorchFile file) => new TestCaseData(file, message).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Damages))]
    public void LoadPublished_OfADamagedFile_SaysWhat(object file, string message) => Assert.That(
        () => SparseAutoencoder.LoadPublished(((TorchFile)file).Save(At("bad.pt"))),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));

    /// <summary>Cut anywhere, or with any bit changed in its pickle, a file is read or refused, and nothing else happens.</summary>
    [Test]
    public void LoadPublished_OfCutAndChangedFiles_NeverDoesAnythingElse()
    {
        var bytes = File.ReadAllBytes(Whole().Save(At("sae.pt")));
        var random = new Random(4);
        for (var i = 0; i < 300; i++)
        {
            var changed = i % 3 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            if (i % 3 != 0) changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(At("changed.pt"), changed);
            try
            {
                SparseAutoencoder.LoadPublished(At("changed.pt")).Dispose();
            }
            catch (Exception error)
            {
                Assert.That(error, Is.InstanceOf<InvalidDataException>().Or.InstanceOf<ArgumentException>(), $"change {i}: {error}");
            }
        }
    }

    private string At(string name) => Path.Combine(_folder, name);
}
