using MlNetLlm.Data;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Data;

public sealed class DatasetCatalogTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void Default_OfThisRepository_ListsTheDataSets()
        => Assert.That(DatasetCatalog.Default.Names, Is.SupersetOf(new[] { "stories260k", "tinyshakespeare", "arc", "ud_pud" })
            .And.Count.EqualTo(28));

    [Test]
    public void File_OfEveryDataSetOnThisMachine_HasTheSha256OfTheCatalog()
    {
        var here = DatasetCatalog.Default.Names.Where(DatasetCatalog.Default.Has).Select(DatasetCatalog.Default.Find).ToList();
        if (here.Count == 0)
            Assert.Ignore("No data set of the catalog is on this machine.");

        foreach (var dataset in here)
            foreach (var name in dataset.Files)
                Assert.That(File.Exists(dataset.File(name)), $"{dataset.Name}/{name}");
    }

    [Test]
    public void Find_InSeveralFolders_TakesTheFirstComplete()
    {
        Put("one/toy/a.txt", "hello");
        Put("two/toy/a.txt", "hello");
        Put("two/toy/inner/b.txt", "there");

        var dataset = Catalog().Find("toy");

        Assert.That(dataset.Folder, Is.EqualTo(_folder["two/toy"]));
        Assert.That(File.ReadAllText(dataset.File("inner/b.txt")), Is.EqualTo("there"));
        Assert.That((dataset.Name, dataset.Title, dataset.Licence), Is.EqualTo(("toy", "A toy", "CC0")));
        Assert.That(dataset.Sha256, Has.Length.EqualTo(64));
    }

    [Test]
    public void Find_WithFilesMissing_SaysExactlyWhatToPutWhere()
    {
        Put("two/toy/a.txt", "hello");

        Assert.That(() => Catalog().Find("toy"), Throws.InstanceOf<FileNotFoundException>().With.Message.EqualTo(
            $"Data set 'toy' is not on this machine. Put into '{_folder["two/toy"]}' "
            + $"(or, all files together, into '{_folder["one/toy"]}'):\n"
            + "  inner/b.txt  5 bytes, SHA-256 e244f187f696561d5fd7e00f618e7ba641dc52e3c137380f6fa23a854b773aac, from b\n"
            + "Source: example.org/toy at 1.\nCopy it.\nLicence: CC0."));
        Assert.That(Catalog().Has("toy"), Is.False);
    }

    [Test]
    public void File_ThatWasChanged_IsRefused()
    {
        Put("one/toy/a.txt", "hellO");
        Put("one/toy/inner/b.txt", "there");

        Assert.That(() => Catalog().Find("toy").File("a.txt"), Throws.InstanceOf<InvalidDataException>()
            .With.Message.Contains("the catalog says 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824. Replace it"));
    }

    [Test]
    public void Find_OfAMistypedName_NamesTheNearest()
    {
        Assert.That(() => DatasetCatalog.Default.Find("tinyshakespear"), Throws.ArgumentException.With.Message.StartsWith(
            "Unknown data set 'tinyshakespear'. Did you mean 'tinyshakespeare'?"));
        Assert.That(() => Catalog().Find("nothing like it"), Throws.ArgumentException.With.Message.StartsWith(
            "Unknown data set 'nothing like it'. Known: toy."));
    }

    [Test]
    public void File_OfAMistypedName_NamesTheNearest()
    {
        Put("one/toy/a.txt", "hello");
        Put("one/toy/inner/b.txt", "there");

        Assert.That(() => Catalog().Find("toy").File("a.tx"), Throws.ArgumentException.With.Message.StartsWith(
            "Data set 'toy' has no file 'a.tx'. Did you mean 'a.txt'?"));
    }

    [TestCase("names")]
    [TestCase("datasets/names")]
    [TestCase("datasets/names/names.txt.gz")]
    public void Resolve_OfADataSet_FindsIt(string path)
    {
        if (!DatasetCatalog.Default.Has("names"))
            Assert.Ignore("The data set 'names' is not on this machine.");

        Assert.That(Path.Exists(DatasetCatalog.Resolve(path)));
        Assert.That(TextFilesTests.Texts(TextFiles.Read(path, TextUnit.Line)), Has.Count.EqualTo(32_033).And.ItemAt(0).EqualTo("emma"));
    }

    [Test]
    public void Hint_WithoutACatalog_SaysWhereOneIsLookedFor()
    {
        Assert.That(DatasetCatalog.Hint("stories260k", []), Is.EqualTo(
            "No datasets/catalog.json is found above the working directory or the program: outside the repository give a path."));
        Assert.That(DatasetCatalog.Hint("nmaes", ["arc", "names"]), Is.EqualTo("Did you mean data set 'names'?"));
        Assert.That(DatasetCatalog.Hint("zzzzzzzz", ["arc", "names"]), Is.EqualTo("Known data sets: arc, names."));
    }

    [Test]
    public void Resolve_OfWhatIsThereOrNowhere_ReturnsItOrSaysSo()
    {
        Assert.That(DatasetCatalog.Resolve(_folder.Path), Is.EqualTo(_folder.Path));
        Assert.That(() => DatasetCatalog.Resolve("datasets/nmaes"), Throws.InstanceOf<FileNotFoundException>().With.Message.EqualTo(
            "'datasets/nmaes' is neither a file, nor a folder, nor a data set of the catalog. Did you mean data set 'names'?"));
    }

    /// <summary>In a process of its own, which has not found a catalogue yet; the program's own is the repository's.</summary>
    [Test]
    public void Resolve_UnderADamagedCatalog_SaysSo_AndFindsTheNextOneOnceItIsGone()
    {
        Put("datasets/catalog.json", """{ "format": 1, "dataset": [] }""");

        var said = ChildProcess.Run([], "resolve", _folder.Path, "nmaes");

        const string neither = "FileNotFoundException: 'nmaes' is neither a file, nor a folder, nor a data set of the catalog. ";
        Assert.That(said[0], Does.StartWith($"{neither}The catalog cannot be read: '").And.Contains(_folder["datasets/catalog.json"])
            .And.Contains("unknown key 'dataset'. Did you mean 'datasets'?"));
        Assert.That(said[1], Is.EqualTo($"{neither}Did you mean data set 'names'?"));
    }

    [Test]
    public void Read_OfACatalogWithAnUnknownKey_NamesIt()
    {
        Put("bad.json", """{ "format": 1, "dataset": [] }""");

        Assert.That(() => DatasetCatalog.Read(_folder["bad.json"]), Throws.InstanceOf<InvalidDataException>()
            .With.Message.Contains("unknown key 'dataset'. Did you mean 'datasets'?"));
    }

    private DatasetCatalog Catalog()
    {
        Put("catalog.json", """
            { "format": 1, "datasets": [ { "name": "toy", "title": "A toy", "licence": "CC0",
              "source": [ "example.org/toy at 1" ], "get": "Copy it.",
              "files": [ { "name": "a.txt", "bytes": 5, "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" },
                         { "name": "inner/b.txt", "bytes": 5, "sha256": "SHA-B", "from": "b" } ] } ] }
            """.Replace("SHA-B", "e244f187f696561d5fd7e00f618e7ba641dc52e3c137380f6fa23a854b773aac"));
        return DatasetCatalog.Read(_folder["catalog.json"], _folder["one"], _folder["two"]);
    }

    private void Put(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }
}
