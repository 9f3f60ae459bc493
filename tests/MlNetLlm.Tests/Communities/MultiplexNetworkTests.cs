using MlNetLlm.Communities;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Communities;

public sealed class MultiplexNetworkTests
{
    private TemporaryFolder _root = null!;

    [SetUp]
    public void MakeFolder() => _root = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _root.Dispose();

    [Test]
    public void Load_OfSavedNetwork_GivesBackEveryBit()
    {
        var network = Network();

        network.Save(_root["network"]);
        var again = MultiplexNetwork.Load(_root["network"]);

        Assert.That(again.Source, Is.EqualTo(network.Source));
        AssertEqual(again.Skills, network.Skills);
        AssertEqual(again.Importance, network.Importance);
        AssertEqual(again.Residuals!, network.Residuals!);
        AssertEqual(again.ModuleCoAssignment!, network.ModuleCoAssignment!);
        Assert.That(again.SkillCoAssignment, Is.Null);
        Assert.That(again.Labels["function"], Is.EqualTo(network.Labels["function"]));
        Assert.That(again.Seeds, Is.EqualTo(network.Seeds));
    }

    [Test]
    public void Load_WithoutModel_RunsTheNetworkStageToTheSameResult()
    {
        Network().Save(_root["network"]);
        var again = MultiplexNetwork.Load(_root["network"]);

        var expected = Consensus.Find(ProjectedNetworks.Corrected(Network().Skills, Network().Importance).Modules.Graph);
        var found = Consensus.Find(ProjectedNetworks.Corrected(again.Skills, again.Importance).Modules.Graph);
        var random = new RandomStream(again.Seeds["sparsifier"], "sparsifier");
        var published = ProjectedNetworks.Published(again.Skills, again.Importance, random);

        Assert.That(found.Partition, Is.EqualTo(expected.Partition));
        Assert.That(found.Runs, Is.EqualTo(expected.Runs));
        Assert.That(published.Skills.Names, Is.SubsetOf(again.Skills.Columns));
    }

    [Test]
    public void Save_FailingAtEveryOperation_LeavesTheOldNetworkOrTheNew()
    {
        for (var n = 0; ; n++)
        {
            var folder = _root[$"{n}"];
            (Network() with { Source = "old" }).Save(folder);
            var files = new FaultyFileSystem(Fault.ShortWrite, n, sticky: true);
            AtomicFileTests.Catch(() => (Network() with { Source = "new" }).Save(folder, files));
            Assert.That(MultiplexNetwork.Load(folder).Source, Is.AnyOf("old", "new"), $"operation {n}");
            if (files.Failed)
                continue;
            Assert.That(MultiplexNetwork.Load(folder).Source, Is.EqualTo("new"));
            Assert.That(n, Is.GreaterThan(20));
            break;
        }
    }

    [Test]
    public void Save_OfMatricesThatDoNotFit_ListsAllFaults()
    {
        var network = Network() with
        {
            Residuals = new NamedMatrix(["d"], ["m"], new double[1, 1]),
            SkillCoAssignment = new NamedMatrix(["x", "y, \"z\""], ["x", "y, \"z\""], new[,] { { 1, double.NaN }, { 0, 1 } }),
            Labels = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["area"] = new Dictionary<string, string> { ["m9"] = "a" },
            },
        };

        Assert.That(() => network.Save(_root["network"]), Throws.ArgumentException.With.Message.EqualTo(
            "The network cannot be saved: Residuals has other rows or columns than Skills and Importance, or another order; "
            + "SkillCoAssignment holds NaN; labels 'area' name 'm9', which is no skill, data set or module."));
        Assert.That(Directory.Exists(_root["network"]), Is.False);
    }

    [TestCase("", "line 1: expected an empty cell")]
    [TestCase("a,m1\nd1,1\n", "line 1: expected an empty cell")]
    [TestCase(",m1,m2\nd1,1\n", "line 2: 2 cells; the header has 3")]
    [TestCase(",m1\nd1,1\nd2,NaN\n", "line 3, column 'm1': 'NaN' is not a finite number")]
    [TestCase(",m1\nd1,1e999\n", "'1e999' is not a finite number")]
    [TestCase(",m1\nd1,1\nd1,2\n", "row name 'd1' stands twice")]
    [TestCase(",m1\n\"d1,1\n", "record 2: a quoted name has no closing quote")]
    [TestCase(",m1\n\"d1\"x,1\n", "record 2: text follows a closing quote")]
    [TestCase(",m1\nd9,1\n", "Importance has other rows or columns than Skills")]
    public void Load_OfDamagedMatrix_SaysWhere(string importance, string message)
    {
        Write("""{ "format": 1, "source": "", "labels": {}, "seeds": {} }""", importance);

        Assert.That(
            () => MultiplexNetwork.Load(_root["network"]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
    }

    [TestCase("""{ "format": 2, "source": "", "labels": {}, "seeds": {} }""", "has format 2; this version reads 1")]
    [TestCase("""{ "format": 1, "sources": "", "labels": {}, "seeds": {} }""", "sources")]
    [TestCase("""{ "format": 1, "source": "", "labels": { "f": { "zz": "a" } }, "seeds": {} }""", "labels 'f' name 'zz'")]
    public void Load_OfDamagedDescription_SaysWhat(string description, string message)
    {
        Write(description, ",m1\nd1,1\n");

        Assert.That(
            () => MultiplexNetwork.Load(_root["network"]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void Load_OfChangedOrMissingFolder_Throws()
    {
        Network().Save(_root["network"]);
        File.AppendAllText(Path.Combine(_root["network"], "skills.csv"), "x,1\n");

        Assert.That(() => MultiplexNetwork.Load(_root["network"]), Throws.InstanceOf<InvalidDataException>());
        Assert.That(() => MultiplexNetwork.Load(_root["nothing"]), Throws.InstanceOf<DirectoryNotFoundException>());
    }

    private static MultiplexNetwork Network()
    {
        var random = new Random(1);
        double[,] Values(int rows, int columns)
        {
            var values = new double[rows, columns];
            for (var i = 0; i < values.Length; i++)
                values[i / columns, i % columns] = Math.Exp(20 * random.NextDouble() - 10);
            return values;
        }

        string[] sets = ["d,1", "d\n2", "", "d4"], skills = ["x", "y, \"z\""], modules = ["layers.0.mlp.up", "m2", "é", "m4", "m5"];
        var importance = new NamedMatrix(sets, modules, Values(4, 5));
        return new MultiplexNetwork
        {
            Source = "toy model",
            Skills = new NamedMatrix(sets, skills, Values(4, 2)),
            Importance = importance,
            Residuals = importance.With(Scaling.PearsonResiduals(importance.Values)),
            ModuleCoAssignment = new NamedMatrix(modules, modules, Values(5, 5)),
            Labels = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["function"] = new Dictionary<string, string> { ["x"] = "language", ["y, \"z\""] = "executive function" },
            },
            Seeds = new Dictionary<string, long> { ["sparsifier"] = 7 },
        };
    }

    private void Write(string description, string importance) => AtomicFolder.Write(FileSystems.Default, _root["network"], folder =>
    {
        File.WriteAllText(Path.Combine(folder, "network.json"), description);
        File.WriteAllText(Path.Combine(folder, "skills.csv"), ",s1\r\nd1,3\r\n");
        File.WriteAllText(Path.Combine(folder, "importance.csv"), importance);
    });

    private static void AssertEqual(NamedMatrix actual, NamedMatrix expected)
    {
        Assert.That(actual.Rows, Is.EqualTo(expected.Rows));
        Assert.That(actual.Columns, Is.EqualTo(expected.Columns));
        Assert.That(actual.Values, Is.EqualTo(expected.Values));
    }
}
