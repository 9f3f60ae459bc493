using MlNetLlm.Karel;
using static MlNetLlm.Tests.Karel.KarelToys;

namespace MlNetLlm.Tests.Karel;

public class KarelTraceTests
{
    // Worked out by hand on KarelToys.World: the features after each operation, as "direction dx,dy" and # when an obstacle is ahead.
    [TestCase("original", "MLM", "N0,-1 W0,-1# W0,-1#")]
    [TestCase("flip", "MLM", "N0,-1 E0,-1 E1,-1")]
    [TestCase("map5", "MLM", "W0,0 N0,0 W0,0")]
    [TestCase("map3", "-+RLM", "E0,0 N0,0 N0,-1 E0,-1 N0,-1")]
    [TestCase("original", "RMMRM", "E0,0 E1,0 E2,0 S2,0# S2,0#")]
    [TestCase("flip", "RMMRM", "W0,0 W-1,0 W-2,0# S-2,0 S-2,1")]
    [TestCase("map8", "RMMRM", "E0,0 N0,0 W0,0 N0,0 W0,0")]
    [TestCase("map8", "LLM+", "N0,-1 N0,-2# W0,-2 W0,-2")]
    [TestCase("map11", "RMMRM", "W0,0 N0,0 E0,0 N0,0 E0,0")]
    [TestCase("map11", "LLML", "N0,-1 N0,-2# E0,-2 E1,-2")]
    [TestCase("map5", "RRRR", "N0,-1 N0,-2# N0,-2# N0,-2#")]
    public void Features_OfAProgramWorkedOutByHand_AreThose(string semantics, string program, string expected)
    {
        var operations = program.Select(letter => (KarelOperation)"-+RLM".IndexOf(letter)).ToArray();
        var features = new KarelFeatures[operations.Length + 1];
        KarelTrace.Features(World, operations, KarelSemantics.Find(semantics), features);
        var drawn = features.Select(f => $"{f.Direction.ToString()[0]}{f.OffsetX},{f.OffsetY}{(f.ObstacleAhead ? "#" : "")}");
        Assert.That(drawn, Is.EqualTo(expected.Split(' ').Prepend("N0,0")));
    }

    [Test]
    public void Run_WithAnySemantics_KeepsTheStatesThatFeaturesDescribe()
    {
        var random = new Random(6);
        for (int i = 0; i < 500; i++)
        {
            var (world, program) = (RandomWorld(random), RandomProgram(random, 12));
            var semantics = KarelSemantics.Published[i % 6];
            var states = new KarelWorld[program.Length + 1];
            var features = new KarelFeatures[program.Length + 1];
            KarelTrace.Run(world, program, semantics, states);
            KarelTrace.Features(world, program, semantics, features);
            Assert.That(states.Select(state => KarelFeatures.Of(state, world)), Is.EqualTo(features));
            world.Run(program, semantics);
            Assert.That(states[^1], Is.EqualTo(world));
        }
    }

    [Test]
    public void TryPair_OfAProgramOfThreeOperations_UsesTheStatesBetweenInputAndOutput()
    {
        // move, left, move: states 1 and 2 are labels, 0 and 3 are shown in the prompt.
        Assert.That(PairsAt(0, 3), Is.EqualTo(new[] { (1, 1), (2, 2) }));
        Assert.That(PairsAt(1, 3), Is.EqualTo(new[] { (1, 2) }));
        Assert.That(PairsAt(-1, 3), Is.EqualTo(new[] { (2, 1) }));
        Assert.That(PairsAt(2, 3), Is.Empty);
    }

    [Test]
    public void TryPair_WithOffsetOne_NamesTheStateThatOffsetZeroGivesTheNextVector()
    {
        foreach (var (operation, state) in PairsAt(1, 10))
        {
            Assert.That(KarelTrace.TryPair(operation + 1, 0, 10, out int next), Is.True);
            Assert.That(next, Is.EqualTo(state));
        }
    }

    [Test]
    public void Pairs_WithEveryOffset_CountsThem()
    {
        for (int length = 0; length <= 12; length++)
            for (int offset = -3; offset <= 3; offset++)
                Assert.That(KarelTrace.Pairs(length, offset), Is.EqualTo(PairsAt(offset, length).Count), $"{length}, {offset}");
    }

    [Test]
    public void Labels_OfEveryOffset_CoverThirteenClassesEach()
    {
        var corner = new KarelFeatures(KarelDirection.South, -6, 6, true);
        Assert.That(
            (corner.DirectionLabel, corner.OffsetXLabel, corner.OffsetYLabel, corner.OffsetLabel, corner.ObstacleLabel),
            Is.EqualTo((2, 0, 12, 12, 1)));
        Assert.That(new KarelFeatures(default, 0, 0, false).OffsetLabel, Is.EqualTo(6 * 13 + 6));
    }

    [Test]
    public void Features_WithTheWrongRoom_SaysHowMuchIsNeeded()
        => Assert.That(
            () => KarelTrace.Features(World, [Move, Move], KarelSemantics.Original, new KarelFeatures[2]),
            Throws.ArgumentException.With.Message.Contains("3 states, not 2"));

    private static List<(int Operation, int State)> PairsAt(int offset, int length)
    {
        var pairs = new List<(int, int)>();
        for (int operation = 0; operation <= length + 1; operation++)
            if (KarelTrace.TryPair(operation, offset, length, out int state)) pairs.Add((operation, state));
        return pairs;
    }
}
