using System.Numerics;
using MathNet.Numerics.Distributions;
using MlNetLlm.Karel;

namespace MlNetLlm.Tests.Karel;

public class KarelGeneratorTests
{
    [Test]
    public void Draw_FromTheDefaults_HasThePublishedProbabilities()
    {
        const int tasks = 4000;
        var generator = new KarelGenerator(new KarelOptions(), "statistics");
        var (operations, directions, cells) = (new long[5], new long[4], new long[36]);
        long walls = 0, markers = 0, open = 0, worlds = 0;
        for (int i = 0; i < tasks; i++)
        {
            var task = generator.Draw(i);
            foreach (var operation in task.Program) operations[(int)operation]++;
            foreach (var world in task.Inputs)
            {
                worlds++;
                directions[(int)world.Direction]++;
                cells[6 * (world.Row - 1) + world.Column - 1]++;
                walls += BitOperations.PopCount(world.Walls & ~KarelWorld.Ring);
                markers += BitOperations.PopCount(world.MarkersAtLeast(1));
                open += BitOperations.PopCount(~world.Walls) - 1;
                Assert.That(world.MarkersAtLeast(2), Is.Zero);
                Assert.That(world.MarkersAt(world.Cell), Is.Zero);
            }
        }

        Assert.That(ChiSquareTail(operations, [2, 2, 3, 3, 5]), Is.GreaterThan(0.001));
        Assert.That(ChiSquareTail(directions, [1, 1, 1, 1]), Is.GreaterThan(0.001));
        Assert.That(ChiSquareTail(cells, Enumerable.Repeat(1.0, 36).ToArray()), Is.GreaterThan(0.001));
        Assert.That(Deviations(walls, 35 * worlds, 0.1), Is.LessThan(3));      // the robot's cell is opened: 35 cells are free to be walls
        Assert.That(Deviations(markers, open, 0.1), Is.LessThan(3));
        Assert.That(worlds, Is.EqualTo(10 * tasks));
    }

    [Test]
    public void LengthAt_OverAlignedBlocks_GivesEveryLengthTheSameShare()
    {
        var generator = new KarelGenerator(KarelOptions.PaperTraining, "train");
        var first = new long[5];
        for (int block = 0; block < 2000; block++)
        {
            var lengths = Enumerable.Range(5 * block, 5).Select(i => generator.LengthAt(i)).ToArray();
            Assert.That(lengths, Is.EquivalentTo(new[] { 6, 7, 8, 9, 10 }));
            first[lengths[0] - 6]++;
        }

        Assert.That(ChiSquareTail(first, [1, 1, 1, 1, 1]), Is.GreaterThan(0.001));
        Assert.That(generator.Draw(7).Program.Length, Is.EqualTo(generator.LengthAt(7)));
    }

    [Test]
    public void Draw_WithTheSameIndex_GivesTheSameTaskInAnyOrder()
    {
        var one = new KarelGenerator(new KarelOptions(), "train");
        var other = new KarelGenerator(new KarelOptions(), "train");
        var task = new KarelTask(one.Options);
        for (int i = 99; i >= 0; i--)
        {
            one.Draw(i, task);
            var again = other.Draw(i);
            Assert.That(task.Program.SequenceEqual(again.Program) && task.Inputs.SequenceEqual(again.Inputs), $"task {i}");
            Assert.That(task.Outputs.SequenceEqual(again.Outputs), $"task {i}");
        }
    }

    [Test]
    public void Draw_WithAnotherStreamSeedOrIndex_GivesAnotherTask()
    {
        var options = new KarelOptions();
        var inputs = new HashSet<KarelWorld>();
        KarelGenerator[] generators = [new(options, "train"), new(options, "test"), new(options with { Seed = 2 }, "train")];
        foreach (var generator in generators)
            for (int i = 0; i < 100; i++) inputs.Add(generator.Draw(i).Inputs[0]);
        Assert.That(inputs, Has.Count.EqualTo(300));
    }

    // Origin: an independent implementation of the same rules in another language, seed 1.
    [Test]
    public void Draw_OfAKnownSeed_NeverChanges()
    {
        var task = new KarelGenerator(KarelOptions.MiniatureTraining, "train").Draw(12345);
        Assert.That(string.Join(' ', task.Program.ToArray()), Is.EqualTo("Move PickMarker Move PutMarker Move Move Move"));
        Assert.That(task.Inputs[0], Is.EqualTo(KarelToys.Read(
            """
            ########
            #....###
            #....###
            #..>.###
            #..1.###
            ########
            ########
            ########
            """)));
    }

    [Test]
    public void Draw_IntoATask_AllocatesNothing()
    {
        var generator = new KarelGenerator(new KarelOptions(), "train");
        var task = new KarelTask(generator.Options);
        for (int i = 0; i < 100; i++) generator.Draw(i, task);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) generator.Draw(i, task);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Draw_FromTheMiniature_StaysInItsCorner()
    {
        var generator = new KarelGenerator(KarelOptions.MiniatureTraining, "train");
        for (int i = 0; i < 500; i++)
        {
            var task = generator.Draw(i);
            Assert.That(task.Program.Length, Is.InRange(3, 8));
            Assert.That(~task.Inputs[0].Walls, Is.EqualTo(0x0000001E1E1E1E00ul));
            Assert.That(task.Outputs[0].Row, Is.InRange(1, 4));
            Assert.That(task.Outputs[0].Column, Is.InRange(1, 4));
        }
    }

    [Test]
    public void Outputs_OfATask_AreWhatItsProgramMakesOfItsInputs()
    {
        var task = new KarelGenerator(new KarelOptions(), "train").Draw(3);
        for (int i = 0; i < task.Inputs.Length; i++)
        {
            var slow = new SlowKarel(task.Inputs[i]);
            foreach (var operation in task.Program) slow.Apply(operation);
            Assert.That(task.Outputs[i], Is.EqualTo(slow.ToWorld()));
        }

        Assert.That(task.IsSolvedBy(task.Program, KarelMatch.Complete) && task.IsGeneralisedBy(task.Program, KarelMatch.Complete));
    }

    [Test]
    public void IsSolvedBy_WithAMarkerHiddenBelowTheRobot_DependsOnTheMatch()
    {
        var task = new KarelTask([KarelOperation.Move], [KarelToys.World, KarelToys.World], examples: 1);
        KarelOperation[] hides = [KarelOperation.Move, KarelOperation.PutMarker];
        Assert.That((task.IsSolvedBy(hides), task.IsSolvedBy(hides, KarelMatch.Complete)), Is.EqualTo((true, false)));
        Assert.That(task.IsSolvedBy([KarelOperation.TurnLeft]), Is.False);
    }

    [Test]
    public void IsGeneralisedBy_WithAProgramThatFitsTheShownPairOnly_IsFalse()
    {
        var blocked = KarelToys.World;
        blocked.Run([KarelOperation.Move, KarelOperation.Move]);        // the ring is ahead: move does nothing
        var task = new KarelTask([KarelOperation.Move], [blocked, KarelToys.World], examples: 1);
        Assert.That((task.IsSolvedBy([]), task.IsGeneralisedBy([])), Is.EqualTo((true, false)));
    }

    [Test]
    public void Constructor_WithSeveralFaults_ListsThemAll()
    {
        var options = new KarelOptions { Examples = 0, WallShare = double.NaN, MinLength = 4, MaxLength = 3, MoveWeight = -1 };
        Assert.That(
            () => new KarelGenerator(options, "train"),
            Throws.ArgumentException.With.Message.Contains("Examples is 0").And.Message.Contains("WallShare is NaN")
                .And.Message.Contains("MinLength is 4").And.Message.Contains("2:2:3:3:-1"));
    }

    private static double Deviations(long hits, long draws, double p) => Math.Abs(hits - draws * p) / Math.Sqrt(draws * p * (1 - p));

    private static double ChiSquareTail(long[] counts, double[] weights)
    {
        double total = counts.Sum(), sum = weights.Sum();
        double statistic = counts.Zip(weights, (n, w) => Math.Pow(n - total * w / sum, 2) / (total * w / sum)).Sum();
        return 1 - ChiSquared.CDF(counts.Length - 1, statistic);
    }
}
