using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Svf;

public sealed class SvfLibraryFolderTests
{
    private LanguageModel _model = null!;
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open()
    {
        _model = Toy.Model();
        _folder = new TemporaryFolder();
    }

    [TearDown]
    public void Close()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Load_AfterSave_GivesTheSameExperts([Values] SvfVariant variant)
    {
        using var library = ExpertToys.Library(_model, variant);
        library.Add("half", ExpertToys.Expert(_model, 4, variant, layers: "1"));
        library.Save(_folder["experts"]);
        using var loaded = SvfExpertLibrary.Load(_folder["experts"], _model);
        Assert.That(loaded.Names, Is.EqualTo(library.Names));
        var mix = SvfMix.Of(("a", 0.5), ("b", 0.1), ("half", 0.3));
        Assert.That(Fingerprint(loaded.Compose(mix)), Is.EqualTo(Fingerprint(library.Compose(mix))));
        Assert.That(loaded["half"].Matrices, Is.EquivalentTo(library["half"].Matrices));
        Assert.That(loaded["b"].Vector("layers.0.mlp.up"), Is.EqualTo(library["b"].Vector("layers.0.mlp.up")));
    }

    [Test]
    public void Save_OfExpertsOnOneDecomposition_KeepsItOnce()
    {
        using var library = ExpertToys.Library(_model);
        library.Save(_folder["three"]);
        using var one = new SvfExpertLibrary(_model, ("a", ExpertToys.Expert(_model, 1)));
        one.Save(_folder["one"]);
        Assert.That(Length("three"), Is.EqualTo(Length("one")));

        long Length(string name) => new FileInfo(Path.Combine(_folder[name], "factors.safetensors")).Length;
    }

    [Test]
    public void Save_OfExpertsOnTwoDecompositions_KeepsBoth()
    {
        using var library = ExpertToys.Library(_model);
        using var other = Toy.Model();                                     // its own decomposition, of the same weights
        var expert = ExpertToys.Expert(other, 5);
        expert.Factors("layers.0.mlp.up").U.neg_();                        // the same matrix by other factors
        expert.Factors("layers.0.mlp.up").Vt.neg_();
        library.Add("d", expert);
        library.Save(_folder["experts"]);
        using var loaded = SvfExpertLibrary.Load(_folder["experts"], _model);
        var mix = SvfMix.Uniform(library.Names);
        Assert.That(Fingerprint(loaded.Compose(mix)), Is.EqualTo(Fingerprint(library.Compose(mix))));
    }

    [Test]
    public void Load_OfAnEmptyLibrary_IsEmpty()
    {
        using (var library = new SvfExpertLibrary(_model)) library.Save(_folder["experts"]);
        using var loaded = SvfExpertLibrary.Load(_folder["experts"], _model);
        Assert.That((loaded.Names, loaded.Matrices), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())));
        using var composed = loaded.Apply(SvfExpertLibrary.Other);
        Assert.That(composed.Fingerprint, Is.EqualTo(_model.Fingerprint));
    }

    [Test]
    public void Load_OntoAnotherBase_IsRefusedWithBothFingerprints()
    {
        using var library = ExpertToys.Library(_model);
        library.Save(_folder["experts"]);
        using var other = Toy.Model(seed: 2);
        Assert.That(
            () => SvfExpertLibrary.Load(_folder["experts"], other),
            Throws.InvalidOperationException.With.Message.Contains(_model.Fingerprint).And.Message.Contains(other.Fingerprint)
                .And.Message.Contains("Transfer"));
    }

    [Test]
    public void Transfer_OntoAModelOfTheSameShapes_ScalesItsOwnComponents()
    {
        using var library = ExpertToys.Library(_model);
        library.Save(_folder["experts"]);
        using var other = Toy.Model(seed: 2);
        using var carried = SvfExpertLibrary.Transfer(_folder["experts"], other);
        Assert.That(carried.Base, Is.SameAs(other));
        Assert.That(carried["b"].Vector("layers.1.mlp.down"), Is.EqualTo(library["b"].Vector("layers.1.mlp.down")));
        using var expected = SvfExpert.Create(other, library["b"].Matrices.ToDictionary(m => m, library["b"].Vector)).ApplyTo(other);
        Assert.That(Fingerprint(carried.Apply("b")), Is.EqualTo(expected.Fingerprint));
        Assert.That(expected.Fingerprint, Is.Not.EqualTo(other.Fingerprint));
    }

    [Test]
    public void Transfer_OntoOtherShapes_SaysWhichAndHowMany()
    {
        using var library = ExpertToys.Library(_model);
        library.Save(_folder["experts"]);
        var wider = ToyModels.Llama with { VocabularySize = 12, FeedForwardWidth = 16 };
        using var other = new LanguageModel(ToyModels.Create(wider), VocabularyTokenizer.Characters("abcdefgh "));
        Assert.That(
            () => SvfExpertLibrary.Transfer(_folder["experts"], other),
            Throws.ArgumentException.With.Message.Contains("does not fit the other model in 6 of 6 matrices")
                .And.Message.Contains("8 x 16 there and 8 x 12 here"));
    }

    [TestCase("there is no tensor '2.layers.0.mlp.down.u'", "\"factors\": 0", "\"factors\": 2")]
    [TestCase("maxMultiplier of 'a' is -1", "\"maxMultiplier\": 1", "\"maxMultiplier\": -1")]
    [TestCase("has format 7", "\"format\": 1", "\"format\": 7")]
    [TestCase("'a' already", "\"name\": \"b\"", "\"name\": \"a\"")]
    [TestCase("unknown key", "\"experts\"", "\"export\"")]
    public void Load_OfABrokenDescription_SaysWhatIsWrong(string message, string old, string changed)
    {
        using var library = ExpertToys.Library(_model);
        var packed = PackedFolder.Pack(folder =>
        {
            SvfLibraryFolder.Write(library, folder, FileSystems.Default);
            var path = Path.Combine(folder, "library.json");
            File.WriteAllText(path, File.ReadAllText(path).Replace(old, changed));
        });
        Assert.That(
            () => PackedFolder.Unpack(packed, folder => SvfLibraryFolder.Read(folder, _model)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void Load_OfADamagedFile_IsRefused()
    {
        using var library = ExpertToys.Library(_model);
        library.Save(_folder["experts"]);
        var path = Path.Combine(_folder["experts"], "vectors.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.That(() => SvfExpertLibrary.Load(_folder["experts"], _model), Throws.InstanceOf<InvalidDataException>());
    }

    private static string Fingerprint(LanguageModel composed)
    {
        using (composed) return composed.Fingerprint;
    }
}
