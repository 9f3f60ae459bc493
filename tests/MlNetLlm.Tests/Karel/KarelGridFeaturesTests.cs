using MlNetLlm.Karel;
using static MlNetLlm.Tests.Karel.KarelToys;

namespace MlNetLlm.Tests.Karel;

public class KarelGridFeaturesTests
{
    [Test]
    public void Read_WithAsManyLevelsAsMarkers_GivesAnyWorldBack()
    {
        var features = new KarelGridFeatures(6, KarelWorld.MarkerLimit);
        var list = new int[features.MaxPerWorld];
        var random = new Random(9);
        for (int i = 0; i < 2000; i++)
        {
            var world = RandomWorld(random);
            int count = features.Write(world, list);
            Assert.That(features.Read(list.AsSpan(0, count)), Is.EqualTo(world));
        }
    }

    [TestCase(4, 4 * 4 * 3 + 64 + 12)]
    [TestCase(6, 6 * 6 * 3 + 144 + 16)]
    public void Write_OfGeneratedWorlds_ListsEachFeatureOnceAndInRange(int size, int count)
    {
        var features = new KarelGridFeatures(size);
        Assert.That(features.Count, Is.EqualTo(count));
        var generator = new KarelGenerator(new KarelOptions { InteriorSize = size, MarkerShare = 0.5 }, "grid");
        var (list, seen) = (new int[features.MaxPerWorld], new HashSet<int>());
        for (int i = 0; i < 3000; i++)
        {
            var written = list[..features.Write(generator.Draw(i).Outputs[0], list)];
            Assert.That(written, Is.Unique.And.All.InRange(0, features.Count - 1));
            seen.UnionWith(written);
        }

        Assert.That(seen, Has.Count.EqualTo(features.Count), "features that no world ever has");
    }

    [Test]
    public void Write_WithTwoLevels_TellsOneMarkerFromMoreButNotTwoFromThree()
    {
        var features = new KarelGridFeatures();
        Assert.That(Written(features, 1), Is.Not.EqualTo(Written(features, 2)));
        Assert.That(Written(features, 2), Is.EqualTo(Written(features, 3)));
        Assert.That(Written(features, 0), Has.Length.EqualTo(Written(features, 1).Length - 1));
    }

    [Test]
    public void Write_WithTheRobotOutsideTheInterior_SaysSo()
    {
        var features = new KarelGridFeatures(4);
        var world = new KarelWorld(0, 6 * 8 + 6, KarelDirection.North);
        var list = new int[features.MaxPerWorld];
        Assert.That(() => features.Write(world, list), Throws.ArgumentException.With.Message.Contains("row 6, column 6"));
        Assert.That(() => new KarelGridFeatures(7, 0), Throws.ArgumentException.With.Message.Contains("not 7 and 0"));
        Assert.That(() => features.Read([0]), Throws.InstanceOf<InvalidDataException>());
    }

    private static int[] Written(KarelGridFeatures features, int markers)
    {
        var world = World;
        world.SetMarkers(20, markers);
        var list = new int[features.MaxPerWorld];
        return list[..features.Write(world, list)];
    }
}
