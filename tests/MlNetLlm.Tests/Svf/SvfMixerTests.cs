using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Svf;

public sealed class SvfMixerTests
{
    private LanguageModel _model = null!;
    private SvfExpertLibrary _library = null!;

    [SetUp]
    public void Open()
    {
        _model = Toy.Model();
        _library = ExpertToys.Library(_model);
    }

    [TearDown]
    public void Close()
    {
        _library.Dispose();
        _model.Dispose();
    }

    [Test]
    public void UseBase_AfterExpertsAndMixes_RestoresTheBits([Values] SvfComposition composition)
    {
        var fingerprint = ModelFingerprint.Of(_model.Module);
        using var mixer = new SvfMixer(_library, composition);
        Assert.That(ModelFingerprint.Of(mixer.Model.Module), Is.EqualTo(fingerprint), "it begins there");
        mixer.Use("b");
        mixer.Use(SvfMix.Of(("a", 0.3), ("c", 0.9)));
        Assert.That(ModelFingerprint.Of(mixer.Model.Module), Is.Not.EqualTo(fingerprint));
        Assert.That(ModelFingerprint.Of(_model.Module), Is.EqualTo(fingerprint), "the base model is another one");
        mixer.UseBase();
        Assert.That(ModelFingerprint.Of(mixer.Model.Module), Is.EqualTo(fingerprint));
        mixer.Use("b");
        mixer.Use(SvfExpertLibrary.Other);
        Assert.That(ModelFingerprint.Of(mixer.Model.Module), Is.EqualTo(fingerprint));
    }

    [Test]
    public void Use_OfAnExpert_IsItsModelBitByBit([Values("a", "b")] string name)
    {
        using var mixer = new SvfMixer(_library);
        mixer.Use("c");
        mixer.Use(name);
        using var expected = _library.Apply(name);
        Assert.That(ModelFingerprint.Of(mixer.Model.Module), Is.EqualTo(expected.Fingerprint));
    }

    [Test]
    public void Use_OfAMix_IsItsComposition()
    {
        var mix = SvfMix.PerMatrix(["a", "b", "c"], _library.Matrices, [.. _library.Matrices.Select((_, i) => Row(i))]);
        using var mixer = new SvfMixer(_library);
        mixer.Use("c");
        mixer.Use(mix);
        using var expected = _library.Compose(mix);
        Assert.That(ModelFingerprint.Of(mixer.Model.Module), Is.EqualTo(expected.Fingerprint));

        static IReadOnlyList<double> Row(int i) => i % 3 == 0 ? [0, 0, 0] : [i, 1, 0.5 / i];
    }

    [Test]
    public void Factors_AndPrecomputed_AgreeToRounding([Values] SvfVariant variant)
    {
        using var library = ExpertToys.Library(_model, variant);
        library.Add("half", ExpertToys.Expert(_model, 4, variant, ModuleSet.All, "first-half"));
        using var fast = new SvfMixer(library);
        using var slow = new SvfMixer(library, SvfComposition.Factors);
        RequireEqual(
            fast, slow, SvfMix.OneHot("b"), SvfMix.OneHot("half"), SvfMix.Uniform(library.Names), SvfMix.Of(("half", 2), ("a", 1)));
    }

    [Test]
    public void Factors_AndPrecomputed_AgreeForExpertsOfOtherDecompositions([Values] SvfVariant variant)
    {
        using var library = ExpertToys.Library(_model, variant);
        library.Add("reversed", ExpertToys.Reversed(_model, 5, variant));
        library.Add("half", ExpertToys.Expert(_model, 4, variant, ModuleSet.Mlp, "first-half"));
        using var fast = new SvfMixer(library);
        using var slow = new SvfMixer(library, SvfComposition.Factors);
        RequireEqual(
            fast, slow, SvfMix.OneHot("reversed"), SvfMix.Of(("a", 1), ("reversed", 2)), SvfMix.Of(("reversed", 1), ("half", 1)),
            SvfMix.Uniform(library.Names));
    }

    [Test]
    public void Switches_CountsOnlyWhatIsWritten()
    {
        using var mixer = new SvfMixer(_library);
        mixer.UseBase();
        mixer.Use("a");
        mixer.Use("a");
        var mix = SvfMix.Uniform("a", "b");
        mixer.Use(mix);
        mixer.Use(mix);
        mixer.Use("a");
        Assert.That(mixer.Switches, Is.EqualTo(3));
    }

    [Test]
    public void Use_ManyTimes_LeavesNoTensorBehind([Values] SvfComposition composition)
    {
        using var mixer = new SvfMixer(_library, composition);
        Round(0);
        var before = LiveTensors.OnThread;
        for (var i = 1; i < 30; i++) Round(i);
        Assert.That(LiveTensors.OnThread, Is.AtMost(before));

        void Round(int i)
        {
            mixer.Use(SvfMix.Of(("a", 1 + i), ("b", 2), ("c", 0.5)));
            mixer.Use("b");
            mixer.UseBase();
        }
    }

    [Test]
    public void Use_AfterAnExpertOfOtherMatricesWasAdded_AsksForANewMixer()
    {
        using var mixer = new SvfMixer(_library);
        _library.Add("d", ExpertToys.Expert(_model, 4, modules: ModuleSet.All));
        Assert.That(() => mixer.Use("d"), Throws.InvalidOperationException.With.Message.Contains("Make a new mixer"));
    }

    [Test]
    public void Use_OfAnUnknownName_KeepsWhatIsInPlace()
    {
        using var mixer = new SvfMixer(_library);
        mixer.Use("a");
        var before = ModelFingerprint.Of(mixer.Model.Module);
        Assert.That(() => mixer.Use("math"), Throws.ArgumentException);
        Assert.That(ModelFingerprint.Of(mixer.Model.Module), Is.EqualTo(before));
    }

    private static void RequireEqual(SvfMixer fast, SvfMixer slow, params SvfMix[] mixes)
    {
        foreach (var mix in mixes)
        {
            fast.Use(mix);
            slow.Use(mix);
            foreach (var (one, two) in fast.Model.Module.Projections.Zip(slow.Model.Module.Projections))
                Assert.That(ToyModels.LargestDifference(one.Weight, two.Weight), Is.LessThan(3e-6), one.Name);
        }
    }
}
