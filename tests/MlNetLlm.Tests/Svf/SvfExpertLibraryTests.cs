using MlNetLlm.Adapters;
using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Svf;

public sealed class SvfExpertLibraryTests
{
    private const double LogitRounding = 2e-5;   // float32 over two layers, logits of order 1 to 10

    private LanguageModel _model = null!;

    [SetUp]
    public void Open() => _model = Toy.Model();

    [TearDown]
    public void Close() => _model.Dispose();

    [Test]
    public void Compose_OneHot_IsTheExpertBitByBit([Values] SvfVariant variant, [Values("a", "c")] string name)
    {
        using var library = ExpertToys.Library(_model, variant);
        using var expected = library[name].ApplyTo(_model);
        using var alone = library.Compose(SvfMix.OneHot(name));
        using var among = library.Compose(SvfMix.Of(library.Names.Select(other => (other, other == name ? 3.0 : 0.0))));
        Assert.That((alone.Fingerprint, among.Fingerprint), Is.EqualTo((expected.Fingerprint, expected.Fingerprint)));
        Assert.That(expected.Fingerprint, Is.Not.EqualTo(_model.Fingerprint));
    }

    [Test]
    public void Compose_OfScaledCoefficients_GivesTheSameLogits([Values] SvfVariant variant, [Values(0.1, 7.0)] double factor)
    {
        using var library = ExpertToys.Library(_model, variant);
        var mix = SvfMix.Of(("a", 0.5), ("b", 0.2), ("c", 0.9));
        Assert.That(Difference(library, mix, mix.Scaled(factor)), Is.LessThan(LogitRounding));
        var matrices = library.Matrices;
        var rows = matrices.Select((_, i) => (IReadOnlyList<double>)[0.5 * (i + 1), 0.2 * (i + 1), 0.9 * (i + 1)]).ToList();
        Assert.That(Difference(library, mix, SvfMix.PerMatrix(mix.Experts, matrices, rows)), Is.LessThan(LogitRounding),
            "each matrix has a scale of its own");
        Assert.That(Difference(library, mix, SvfMix.Uniform(mix.Experts)), Is.GreaterThan(0.01), "other balances do differ");
    }

    [Test]
    public void Compose_OfNothing_IsTheBaseModelBitByBit()
    {
        using var library = ExpertToys.Library(_model);
        using var zeros = library.Compose(SvfMix.Of(("a", 0), ("b", 0)));
        using var other = library.Compose(SvfMix.OneHot(SvfExpertLibrary.Other));
        using var applied = library.Apply(SvfExpertLibrary.Other);
        Assert.That(new[] { zeros, other, applied }.Select(m => m.Fingerprint), Is.All.EqualTo(_model.Fingerprint));
    }

    [Test]
    public void Compose_AlongAPath_BeginsAndEndsAtTheExperts()
    {
        using var library = ExpertToys.Library(_model);
        var logits = new[] { 0, 0.5, 1 }.Select(at => Logits(library, SvfMix.Path("a", "b", at))).ToList();
        Assert.That(logits[0], Is.EqualTo(Logits(library, SvfMix.OneHot("b"))));
        Assert.That(logits[2], Is.EqualTo(Logits(library, SvfMix.OneHot("a"))));
        Assert.That(ExpertToys.Largest(logits[1], logits[0]), Is.GreaterThan(0.01));
    }

    [Test]
    public void Compose_WithARowForOneMatrix_LeavesTheOthersAsTheyAre()
    {
        using var library = ExpertToys.Library(_model);
        var matrix = library.Matrices[1];
        using var composed = library.Compose(SvfMix.PerMatrix(["a", "b"], [matrix], [[1, 2]]));
        var changed = composed.Module.Projections.Zip(_model.Module.Projections)
            .Where(pair => !pair.First.Weight.Equals(pair.Second.Weight)).Select(pair => pair.First.Name);
        Assert.That(changed, Is.EqualTo(new[] { matrix }));
    }

    [Test]
    public void Compose_OfExpertsOfHalfTheLayers_MixesWhereTheyAre()
    {
        using var library = new SvfExpertLibrary(
            _model, ("low", ExpertToys.Expert(_model, 1, layers: "first-half")),
            ("high", ExpertToys.Expert(_model, 2, layers: "second-half", modules: ModuleSet.All)));
        Assert.That(library.Matrices, Has.Count.EqualTo(3 + 7));
        using var low = library["low"].ApplyTo(_model);
        using var alone = library.Compose(SvfMix.OneHot("low"));
        Assert.That(alone.Fingerprint, Is.EqualTo(low.Fingerprint));
        using var both = library.Compose(SvfMix.Uniform("low", "high"));
        var up = both.Module.Projections.Single(p => p.Name == "layers.0.mlp.up").Weight;
        using var halfway = (low.Module.Projections.Single(p => p.Name == "layers.0.mlp.up").Weight
            + _model.Module.Projections.Single(p => p.Name == "layers.0.mlp.up").Weight) / 2;
        Assert.That(ToyModels.LargestDifference(up, halfway), Is.LessThan(1e-6), "the other expert stands for the base matrix there");
    }

    private static IEnumerable<TestCaseData> Families =>
        new[] { ToyModels.Llama, ToyModels.Gpt2, ToyModels.Llama with { Architecture = "qwen2", QueryKeyValueBias = true } }
            .Select(config => new TestCaseData(config).SetArgDisplayNames(config.Architecture));

    [TestCaseSource(nameof(Families))]
    public void Compose_OfAnyFamilyLoadedFromItsHuggingFaceFolder_Works(TransformerConfig config)
    {
        using var folder = new TemporaryFolder();
        using (var made = ToyModels.Create(config with { VocabularySize = 12 })) HuggingFaceFolder.SaveModule(made, folder["hf"]);
        using var model = new LanguageModel(HuggingFaceFolder.LoadModule(folder["hf"]), VocabularyTokenizer.Characters("abcdefgh "));
        using var library = new SvfExpertLibrary(
            model, ("a", ExpertToys.Expert(model, 1, modules: ModuleSet.All)),
            ("b", ExpertToys.Expert(model, 2, modules: ModuleSet.Attention)));
        using var mixer = new SvfMixer(library);
        var mix = SvfMix.Of(("a", 0.3), ("b", 0.5));
        mixer.Use(mix);
        Assert.That(ExpertToys.Logits(mixer.Model), Is.EqualTo(Logits(library, mix)));
        Assert.That(ExpertToys.Largest(ExpertToys.Logits(mixer.Model), ExpertToys.Logits(model)), Is.GreaterThan(0.001));
    }

    [Test]
    public void Add_Later_KeepsTheBitsOfOlderMixes()
    {
        using var library = ExpertToys.Library(_model);
        var mix = SvfMix.Of(("a", 0.5), ("c", 0.2));
        var before = Logits(library, mix);
        library.Add("d", ExpertToys.Expert(_model, 4, modules: ModuleSet.All));
        Assert.That(Logits(library, mix), Is.EqualTo(before));
        Assert.That(library.Names, Is.EqualTo(new[] { "a", "b", "c", "d" }));
    }

    [TestCase("other", "'other' names the base weights")]
    [TestCase("a", "an expert 'a' already")]
    [TestCase("a/b", "'a/b' is no name for an expert")]
    [TestCase("", "'' is no name for an expert")]
    public void Add_UnderAnUnusableName_IsRefused(string name, string message)
    {
        using var library = ExpertToys.Library(_model);
        Assert.That(() => library.Add(name, ExpertToys.Expert(_model, 4)), Throws.ArgumentException.With.Message.Contains(message));
    }

    [Test]
    public void Add_OfAnExpertOfAnotherBaseOrVariant_IsRefused()
    {
        using var other = Toy.Model(seed: 2);
        using var library = ExpertToys.Library(_model);
        Assert.That(
            () => library.Add("d", ExpertToys.Expert(other, 4)),
            Throws.InvalidOperationException.With.Message.Contains(other.Fingerprint).And.Message.Contains(_model.Fingerprint));
        Assert.That(
            () => library.Add("d", ExpertToys.Expert(_model, 4, SvfVariant.Free)),
            Throws.ArgumentException.With.Message.Contains("is Free, the library's are Bounded"));
    }

    [Test]
    public void Add_OfAnExpertWhoseMultipliersVanish_IsRefused()
    {
        using var library = ExpertToys.Library(_model);
        var dead = SvfExpert.Create(_model, new Dictionary<string, float[]> { ["layers.0.mlp.up"] = [.. Enumerable.Repeat(-1e6f, 8)] });
        Assert.That(() => library.Add("dead", dead), Throws.ArgumentException.With.Message.Contains("'layers.0.mlp.up'"));
    }

    [Test]
    public void Compose_OfUnknownNames_SaysWhatThereIs()
    {
        using var library = ExpertToys.Library(_model);
        Assert.That(
            () => library.Compose(SvfMix.OneHot("math")), Throws.ArgumentException.With.Message.EqualTo(
                "There is no expert 'math'. Known: a, b, c."));
        Assert.That(
            () => library.Compose(SvfMix.PerMatrix(["a"], ["layers.0.attention.query"], [[1]])),
            Throws.ArgumentException.With.Message.Contains("'layers.0.attention.query', which no expert"));
    }

    [Test]
    public void Create_WithVectorsThatDoNotFit_SaysWhich()
    {
        Dictionary<string, float[]> Of(string name, params float[] vector) => new() { [name] = vector };
        Assert.That(() => SvfExpert.Create(_model, Of("layers.9.mlp.up", 1)), Throws.ArgumentException.With.Message.Contains("layers.9"));
        Assert.That(
            () => SvfExpert.Create(_model, Of("layers.0.mlp.up", 1, 2)),
            Throws.ArgumentException.With.Message.Contains("has 2 numbers, the matrix 8 singular values"));
        Assert.That(
            () => SvfExpert.Create(_model, Of("layers.0.mlp.up", 0, 0, 0, float.NaN, 0, 0, 0, 0)),
            Throws.ArgumentException.With.Message.Contains("is NaN at 3"));
    }

    private static float[] Logits(SvfExpertLibrary library, SvfMix mix)
    {
        using var composed = library.Compose(mix);
        return ExpertToys.Logits(composed);
    }

    private static float Difference(SvfExpertLibrary library, SvfMix one, SvfMix two) =>
        ExpertToys.Largest(Logits(library, one), Logits(library, two));
}
