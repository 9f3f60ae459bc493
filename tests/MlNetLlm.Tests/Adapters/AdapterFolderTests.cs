using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Adapters;

public sealed class AdapterFolderTests
{
    private readonly MLContext _ml = new(1);
    private string _folder = null!;
    private LanguageModel _model = null!;

    [SetUp]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;
        _model = Toy.Model();
    }

    [TearDown]
    public void Close()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Load_AfterSave_AppliesTheSameSvfExpert([Values] SvfVariant variant)
    {
        var tuned = TuneSvf(variant);
        var path = Path.Combine(_folder, "expert");
        tuned.Learned.Save(path);
        using var loaded = AdapterFolder.Load(path);

        Assert.That(loaded, Is.InstanceOf<SvfExpert>());
        Assert.That(loaded.ParameterCount, Is.EqualTo(tuned.Learned.ParameterCount));
        Assert.That(loaded.ApplyTo(_model).Fingerprint, Is.EqualTo(tuned.Model.Fingerprint));
    }

    [Test]
    public void Load_AfterSave_AppliesTheSameLoraAdapter()
    {
        var tuned = TuneLora();
        var path = Path.Combine(_folder, "adapter");
        tuned.Learned.Save(path);
        using var loaded = AdapterFolder.Load(path);
        Assert.That(loaded.ApplyTo(_model).Fingerprint, Is.EqualTo(tuned.Model.Fingerprint));
    }

    [Test]
    public void ApplyTo_AnotherBase_IsRefusedWithBothFingerprints()
    {
        using var other = Toy.Model(seed: 2);
        var error = Assert.Throws<InvalidOperationException>(() => TuneSvf(SvfVariant.Bounded).Learned.ApplyTo(other));
        Assert.That(error!.Message, Does.Contain(_model.Fingerprint).And.Contain(other.Fingerprint));
    }

    [Test]
    public void Load_OfATruncatedFile_IsRefused()
    {
        var path = Path.Combine(_folder, "expert");
        TuneSvf(SvfVariant.Bounded).Learned.Save(path);
        var tensors = Path.Combine(path, "adapter.safetensors");
        File.WriteAllBytes(tensors, File.ReadAllBytes(tensors)[..^5]);
        Assert.That(Assert.Throws<InvalidDataException>(() => AdapterFolder.Load(path))!.Message, Does.Contain("adapter.safetensors"));
    }

    [Test]
    public void Load_OfAnEmptyFolder_SaysItWasNeverCompleted() =>
        Assert.That(Assert.Throws<DirectoryNotFoundException>(() => AdapterFolder.Load(_folder))!.Message, Does.Contain("never completed"));

    [Test]
    public void Multipliers_OfATrainedExpert_KeepTheirNorm()
    {
        var expert = TuneSvf(SvfVariant.Bounded).Learned;
        Assert.That(expert.Matrices, Has.Count.EqualTo(3 * _model.Config.Layers));
        Assert.That(expert.Multipliers(expert.Matrices[0]), Is.All.GreaterThan(0).And.Some.Not.EqualTo(1).Within(1e-6));
    }

    private ModelTransformer<SvfExpert> TuneSvf(SvfVariant variant) => _ml.LanguageModels()
        .FineTuneSvf(_model, new SvfOptions { MaxSteps = 3, BatchSize = 4, SequenceLength = 12, Variant = variant, LearningRate = 0.05 })
        .Fit(Toy.Rows(_ml));

    private ModelTransformer<LoraAdapter> TuneLora() => _ml.LanguageModels()
        .FineTuneLora(_model, new LoraOptions { MaxSteps = 3, BatchSize = 4, SequenceLength = 12, Rank = 2 })
        .Fit(Toy.Rows(_ml));
}
