using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Adapters;

/// <summary>Adapters of Float32 on a base whose weights have half the bits.</summary>
[TestFixture(ScalarType.BFloat16), TestFixture(ScalarType.Float16)]
public sealed class HalfPrecisionTests(ScalarType type)
{
    private const string Matrix = "layers.1.mlp.up";

    private LanguageModel _base = null!;

    [OneTimeSetUp]
    public void MakeModel()
    {
        using var model = Toy.Model();
        _base = model.WithModule(model.Module.CopyWeights().to(type));
    }

    [OneTimeTearDown]
    public void FreeModel() => _base.Dispose();

    [Test]
    public void ApplyTo_OfALoraAdapter_RoundsTheSumOnceToTheTypeOfTheBase()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var weight = Weight(_base);
        var (a, b) = (randn(2, weight.size(1), generator: random), randn(weight.size(0), 2, generator: random));
        using var adapter = new LoraAdapter(_base.Fingerprint, 2, 4, [(Matrix, a.clone().DetachFromDisposeScope(),
            b.clone().DetachFromDisposeScope())]);
        using var tuned = adapter.ApplyTo(_base);
        var expected = (weight.to(ScalarType.Float32) + 2 * b.matmul(a)).to(type);
        Assert.That(Difference(Weight(tuned), expected), Is.Zero, "W + (α / r) B A in Float32, rounded once");
        RequireOneType(tuned);
    }

    [Test]
    public void ApplyTo_OfAnSvfExpert_RoundsTheProductOnceToTheTypeOfTheBase()
    {
        using var scope = NewDisposeScope();
        var rank = (int)Math.Min(Weight(_base).size(0), Weight(_base).size(1));
        var expert = SvfExpert.Create(_base, new Dictionary<string, float[]>
        {
            [Matrix] = [.. Enumerable.Range(0, rank).Select(i => 1 + 0.1f * i)],
        }, SvfVariant.Free);
        using var library = new SvfExpertLibrary(_base, ("one", expert));
        using var tuned = expert.ApplyTo(_base);
        RequireOneType(tuned);
        using var mixer = new SvfMixer(library);
        mixer.Use("one");
        using var composed = library.Compose(SvfMix.OneHot("one"));
        foreach (var model in new[] { mixer.Model, composed })
            Assert.That(Difference(Weight(model), Weight(tuned)), Is.Zero, "put in place as it is applied");
    }

    // Of one type, and so usable and saved as small as the base.
    private void RequireOneType(LanguageModel tuned)
    {
        Assert.That(tuned.Module.parameters().Select(parameter => parameter.dtype), Is.All.EqualTo(type));
        Assert.That(Difference(Weight(tuned), Weight(_base)), Is.GreaterThan(1e-3).And.Not.NaN);
        if (type == ScalarType.BFloat16) Assert.That(Difference(Hidden(tuned), Hidden(_base)), Is.GreaterThan(1e-3).And.Not.NaN);
        using var folder = new TemporaryFolder();
        tuned.Save(folder["tuned"]);
        _base.Save(folder["base"]);
        Assert.That(
            new FileInfo(folder["tuned/model.safetensors"]).Length, Is.EqualTo(new FileInfo(folder["base/model.safetensors"]).Length));
        using var again = LanguageModel.Load(folder["tuned"]);
        Assert.That(again.Fingerprint, Is.EqualTo(tuned.Fingerprint));
    }

    private static Tensor Weight(LanguageModel model) => model.Module.Projections.Single(projection => projection.Name == Matrix).Weight;

    // Float16 has no products of matrices on the CPU.
    private static Tensor Hidden(LanguageModel model)
    {
        using var quiet = no_grad();
        return model.Module.Hidden(ToyModels.Tokens(1, 5));
    }

    private static float Difference(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return ToyModels.LargestDifference(a.detach().to(ScalarType.Float32), b.detach().to(ScalarType.Float32));
    }
}
