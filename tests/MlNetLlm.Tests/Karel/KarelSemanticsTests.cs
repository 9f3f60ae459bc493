using MlNetLlm.Karel;
using static MlNetLlm.Tests.Karel.KarelToys;

namespace MlNetLlm.Tests.Karel;

public class KarelSemanticsTests
{
    private static readonly KarelOperation[] Motion = [Right, Left, Move];

    // Columns: pick, put, left, right, move (the published order of the table).
    [TestCase("original", "pick put left right move")]
    [TestCase("flip", "put pick right left move")]
    [TestCase("map3", "right left right move left")]
    [TestCase("map5", "put pick right move left")]
    [TestCase("map8", "put pick move right left")]
    [TestCase("map11", "put pick move left right")]
    public void Find_WithAPublishedName_HasThePublishedMap(string name, string meanings)
    {
        var semantics = KarelSemantics.Find(name);
        var expected = meanings.Split(' ').Select(word => Enum.GetValues<KarelOperation>().Single(
            operation => operation.ToString().Contains(word, StringComparison.OrdinalIgnoreCase)));
        Assert.That(new[] { Pick, Put, Left, Right, Move }.Select(operation => semantics[operation]), Is.EqualTo(expected));
    }

    [Test]
    public void Find_WithAnUnknownName_ListsTheKnownOnes()
        => Assert.That(() => KarelSemantics.Find("map4"), Throws.ArgumentException.With.Message.Contains("original, flip, map3"));

    [Test]
    public void Compose_OfThePublishedMaps_ObeysTheirIdentities()
    {
        var flipTwice = KarelSemantics.Compose(KarelSemantics.Flip, KarelSemantics.Flip);
        Assert.That(Enum.GetValues<KarelOperation>().All(operation => flipTwice[operation] == operation));

        var map5 = KarelSemantics.Map5;
        var thrice = KarelSemantics.Compose(map5, KarelSemantics.Compose(map5, map5));
        var inverse = KarelSemantics.Compose(map5, KarelSemantics.Map11);
        Assert.That(Motion.All(operation => thrice[operation] == operation && inverse[operation] == operation));
        Assert.That(Motion.All(operation => map5[operation] != operation));
    }

    [Test]
    public void IsPermutation_OfThePublishedMaps_IsFalseForMap3Only()
        => Assert.That(
            KarelSemantics.Published.Where(semantics => !semantics.IsPermutation), Is.EqualTo(new[] { KarelSemantics.Map3 }));

    [Test]
    public void Run_WithFlipInTheMirroredWorld_GoesTheMirroredWay()
    {
        var random = new Random(5);
        for (int i = 0; i < 2000; i++)
        {
            var world = RandomWorld(random);
            var program = RandomProgram(random, 12);
            var mirrored = Mirror(world);
            world.Run(program);
            mirrored.Run(program, KarelSemantics.Flip);
            var expected = (world.Row, 7 - world.Column, Mirror(world).Direction);
            Assert.That((mirrored.Row, mirrored.Column, mirrored.Direction), Is.EqualTo(expected));
        }
    }

    private static KarelWorld Mirror(KarelWorld world)
    {
        ulong walls = 0;
        for (int cell = 0; cell < 64; cell++)
            if ((world.Walls >> cell & 1) != 0) walls |= 1ul << (cell ^ 7);
        return new KarelWorld(walls, world.Cell ^ 7, (KarelDirection)((4 - (int)world.Direction) % 4));   // east and west change places
    }
}
