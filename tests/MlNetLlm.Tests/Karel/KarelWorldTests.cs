using MlNetLlm.Karel;
using static MlNetLlm.Tests.Karel.KarelToys;

namespace MlNetLlm.Tests.Karel;

public class KarelWorldTests
{
    [Test]
    public void Run_WithHundredThousandRandomProgramsAndWorlds_DoesWhatTheObviousInterpreterDoes()
    {
        var random = new Random(1);
        for (int i = 0; i < 100_000; i++)
        {
            var world = RandomWorld(random);
            var program = RandomProgram(random, 40);
            var slow = new SlowKarel(world);
            foreach (var operation in program) slow.Apply(operation);
            var before = world;
            world.Run(program);
            if (world != slow.ToWorld())
                Assert.Fail($"program {string.Join(' ', program)} on\n{before}\ngave\n{world}\ninstead of\n{slow.ToWorld()}");
        }
    }

    [Test]
    public void Apply_WithAMillionRandomOperations_NeverEntersTheRingOrAWall()
    {
        var random = new Random(2);
        var world = RandomWorld(random);
        var walls = world.Walls;
        for (int i = 0; i < 1_000_000; i++)
        {
            world.Apply((KarelOperation)random.Next(5));
            if ((walls >> world.Cell & 1) != 0) Assert.Fail($"after operation {i} the robot stands on wall cell {world.Cell}");
        }

        Assert.That(world.Walls, Is.EqualTo(walls));
        Assert.That(walls & KarelWorld.Ring, Is.EqualTo(KarelWorld.Ring));
    }

    [Test]
    public void Run_WithTurns_ObeysTheirIdentities()
    {
        Assert.That(After(Left, Left, Left, Left), Is.EqualTo(World));
        Assert.That(After(Left, Right), Is.EqualTo(World));
        Assert.That(After(Right, Left), Is.EqualTo(World));
        Assert.That(After(Right), Is.EqualTo(After(Left, Left, Left)));
        Assert.That(After(Right).Direction, Is.EqualTo(KarelDirection.East));
        Assert.That(After(Left).Direction, Is.EqualTo(KarelDirection.West));
    }

    [Test]
    public void Run_WithMarkers_PicksOnlyWhatIsThere()
    {
        Assert.That(After(Pick), Is.EqualTo(World));
        Assert.That(After(Put, Pick), Is.EqualTo(World));
        Assert.That(After(Put, Put, Put, Pick).MarkersAt(World.Cell), Is.EqualTo(2));
        Assert.That(After(Put, Move), Is.Not.EqualTo(After(Move)));
    }

    [Test]
    public void Apply_PutOnAFullCell_LeavesItFull()
    {
        var world = World;
        for (int i = 1; i <= 20; i++)
        {
            world.Apply(Put);
            Assert.That(world.MarkersAt(world.Cell), Is.EqualTo(Math.Min(i, KarelWorld.MarkerLimit)));
        }

        for (int i = 14; i >= -2; i--)
        {
            world.Apply(Pick);
            Assert.That(world.MarkersAt(world.Cell), Is.EqualTo(Math.Max(i, 0)));
        }
    }

    [Test]
    public void Apply_MoveTowardsAWall_LeavesTheWorldAsItIs()
    {
        var world = After(Move, Move);                          // row 1: the ring is ahead
        Assert.That((world.Row, world.Column, world.ObstacleAhead), Is.EqualTo((1, 3, true)));
        var moved = world;
        moved.Apply(Move);
        Assert.That(moved, Is.EqualTo(world));
        Assert.That(After(Move, Left).ObstacleAhead, Is.True);  // the wall inside the ring
        Assert.That(After(Move, Left, Move), Is.EqualTo(After(Move, Left)));
    }

    [Test]
    public void Apply_WithAnUnknownOperation_SaysWhichAreKnown()
    {
        var world = World;
        Assert.That(() => world.Apply((KarelOperation)5), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("0 to 4"));
    }

    [Test]
    public void LooksLike_WithMarkersBelowTheRobot_DoesNotSeeThem()
    {
        var hidden = After(Put);
        Assert.That(hidden.LooksLike(World), Is.True);
        Assert.That(hidden, Is.Not.EqualTo(World));
        Assert.That(hidden.ToString(), Is.EqualTo(World.ToString()));
        Assert.That(After(Put, Move).LooksLike(After(Move)), Is.False);
        Assert.That(After(Left).LooksLike(World), Is.False);
    }

    [Test]
    public void ToString_WithHiddenMarkersRemoved_RoundTrips()
    {
        var random = new Random(3);
        for (int i = 0; i < 1000; i++)
        {
            var world = RandomWorld(random);
            world.SetMarkers(world.Cell, 0);
            Assert.That(Read(world.ToString()), Is.EqualTo(world));
        }
    }

    [Test]
    public void MarkersAtLeast_WithEveryCount_AgreesWithMarkersAt()
    {
        var world = RandomWorld(new Random(4));
        for (int count = 1; count <= KarelWorld.MarkerLimit; count++)
            for (int cell = 0; cell < 64; cell++)
                Assert.That((world.MarkersAtLeast(count) >> cell & 1) != 0, Is.EqualTo(world.MarkersAt(cell) >= count));
    }

    [Test]
    public void Constructor_WithTheRobotInAWall_SaysSo()
    {
        Assert.That(() => new KarelWorld(0, 7, KarelDirection.North), Throws.ArgumentException.With.Message.Contains("cell 7"));
        Assert.That(() => new KarelWorld(1ul << 9, 9, KarelDirection.North), Throws.ArgumentException.With.Message.Contains("cell 9"));
        Assert.That(() => new KarelWorld(0, 9, (KarelDirection)4), Throws.ArgumentException.With.Message.Contains("Direction 4"));
    }

    [Test]
    public void SetMarkers_OnAWallOrBeyondTheLimit_SaysSo()
    {
        var world = World;
        Assert.That(() => world.SetMarkers(0, 1), Throws.ArgumentException.With.Message.Contains("Cell 0"));
        Assert.That(() => world.SetMarkers(world.Cell, 16), Throws.ArgumentException.With.Message.Contains("0 to 15"));
    }

    [Test]
    public void GetHashCode_WithWorldsThatDifferInOneMarker_Differs()
    {
        var hashes = new HashSet<int>();
        for (int cell = 9; cell < 15; cell++)
        {
            for (int count = 0; count <= 15; count++)
            {
                var world = new KarelWorld(0, 54, KarelDirection.East);
                world.SetMarkers(cell, count);
                hashes.Add(world.GetHashCode());
            }
        }

        Assert.That(hashes, Has.Count.EqualTo(6 * 15 + 1));
    }

    private static KarelWorld After(params KarelOperation[] program)
    {
        var world = World;
        world.Run(program);
        return world;
    }
}
