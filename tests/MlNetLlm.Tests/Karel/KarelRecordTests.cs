using MlNetLlm.Karel;
using static MlNetLlm.Tests.Karel.KarelToys;

namespace MlNetLlm.Tests.Karel;

public class KarelRecordTests
{
    [Test]
    public void Write_OfTheToyWorld_SetsTheFeaturesOfItsParts()
    {
        var record = new KarelRecord(3);
        var features = new float[record.Width];
        Array.Fill(features, 7);
        record.Write(World, [Move, Put], features);

        // Robot at row 3, column 3 of the interior, looking north; walls at (2, 2) and (4, 5); move is operation 4, put is 1.
        int[] expected = [6 * 2 + 2, 36 + 0, 40 + 6 * 1 + 1, 40 + 6 * 3 + 4, 76 + 4, 76 + 5 + 1];
        Assert.That(Enumerable.Range(0, record.Width).Where(i => features[i] == 1), Is.EqualTo(expected));
        Assert.That(features.Count(value => value == 0), Is.EqualTo(record.Width - expected.Length));
        Assert.That(record.Width, Is.EqualTo(36 + 4 + 36 + 15));
    }

    [Test]
    public void Write_WithTheOperationAboutToBeEmitted_DecidesTheStateAfterIt()
    {
        var (random, record) = (new Random(11), new KarelRecord(3));
        var states = new Dictionary<string, KarelFeatures>();
        for (int i = 0; i < 15_000; i++)
        {
            var world = new KarelWorld(1ul << (9 + 8 * random.Next(2)), 18, (KarelDirection)random.Next(4));
            world.SetMarkers(19, random.Next(3));              // not in the record, and of no consequence
            KarelOperation[] program = [.. Enumerable.Range(0, 3).Select(_ => (KarelOperation)random.Next(5))];
            var (features, trace) = (new float[record.Width], new KarelFeatures[4]);
            record.Write(world, program, features);
            KarelTrace.Features(world, program, KarelSemantics.Original, trace);
            Assert.That(states.TryAdd(string.Concat(features), trace[3]) || states[string.Concat(features)] == trace[3]);
        }

        Assert.That(states, Has.Count.EqualTo(2 * 4 * 125));
    }

    [Test]
    public void Write_WithoutWalls_IsTheSameInWorldsThatDifferInThemOnly()
    {
        var record = new KarelRecord(1, WithWalls: false);
        var (one, other) = (new float[record.Width], new float[record.Width]);
        record.Write(World, [Move], one);
        record.Write(new KarelWorld(0, World.Cell, World.Direction), [Move], other);
        Assert.That(one, Is.EqualTo(other));
        Assert.That(() => record.Write(World, [Move, Move], one), Throws.ArgumentException.With.Message.Contains("cannot hold 2"));
    }
}
