using MlNetLlm.Training;

namespace MlNetLlm.Tests.Training;

public sealed class RandomStreamTests
{
    [Test]
    public void Streams_OfAnotherNameOrSeed_AreUnrelated()
    {
        var draws = new[] { new RandomStream(1, "a"), new RandomStream(1, "b"), new RandomStream(2, "a") }
            .SelectMany(stream => Enumerable.Range(0, 1000).Select(_ => stream.NextBits())).ToList();

        Assert.That(draws.Distinct().Count(), Is.EqualTo(3000));
    }

    [Test]
    public void NextBits_OfAFixedSeed_StaysTheSameForEver()   // origin: the formulas written again in Python; a change breaks stored runs
    {
        var stream = new RandomStream(1, RandomStreams.DataOrder);

        Assert.That(new[] { stream.NextBits(), stream.NextBits(), stream.NextBits() },
            Is.EqualTo(new[] { 6697554225051718730ul, 15220957956478130407ul, 10682407270487010229ul }));
    }

    [Test]
    public void Restore_OfCounters_ContinuesEveryStreamAndResetsTheOthers()
    {
        var streams = new RandomStreams(7);
        for (var i = 0; i < 5; i++)
            streams["x"].NextDouble();
        var counters = streams.Counters();
        var expected = new[] { streams["x"].NextBits(), streams["y"].NextBits() };

        var again = new RandomStreams(7);
        again["y"].NextBits();
        again.Restore(counters);

        Assert.That(new[] { again["x"].NextBits(), again["y"].NextBits() }, Is.EqualTo(expected));
    }

    [Test]
    public void Next_OverManyDraws_IsUniform()   // chi-square with 6 degrees of freedom: 22.5 has probability 0.001
    {
        var stream = new RandomStream(3, "uniform");
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
            counts[stream.Next(7)]++;

        Assert.That(counts.Sum(count => Math.Pow(count - 10_000, 2) / 10_000), Is.LessThan(22.5));
    }

    [Test]
    public void NextNormal_OverManyDraws_HasMeanZeroAndVarianceOne()
    {
        var stream = new RandomStream(3, "normal");
        var draws = Enumerable.Range(0, 100_000).Select(_ => stream.NextNormal()).ToList();

        Assert.That(draws.Average(), Is.EqualTo(0).Within(0.015));
        Assert.That(draws.Average(x => x * x), Is.EqualTo(1).Within(0.02));
        Assert.That(draws, Has.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void Shuffle_OfThreeItems_GivesEveryOrderEquallyOften()   // chi-square with 5 degrees of freedom: 20.5 has probability 0.001
    {
        var stream = new RandomStream(5, "shuffle");
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 60_000; i++)
        {
            var items = "abc".ToCharArray();
            stream.Shuffle(items.AsSpan());
            var order = new string(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.That(counts, Has.Count.EqualTo(6));
        Assert.That(counts.Values.Sum(count => Math.Pow(count - 10_000, 2) / 10_000), Is.LessThan(20.5));
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void Next_WithoutAnyChoice_Throws(int limit)
        => Assert.That(() => new RandomStream(1, "x").Next(limit), Throws.InstanceOf<ArgumentOutOfRangeException>());

    /// <summary>
    /// Two of the few numbers in 2^33 whose low half of the product is below the limit: one would favour its result and is refused, the
    /// other is taken. Found by drawing on until they came.
    /// </summary>
    [TestCase(549_971_769, 2, 892_800_291)]
    [TestCase(1_226_402_514, 1, 2_069_005_682)]
    public void Next_OfANumberThatWouldFavourItsResult_DrawsAgain(long counter, int draws, int expected)
    {
        var stream = new RandomStream(1, "x") { Counter = counter };

        Assert.That(stream.Next(2_100_000_000), Is.EqualTo(expected));
        Assert.That(stream.Counter, Is.EqualTo(counter + draws));
    }

    [Test]
    public void NextDoubleAndNextSeed_StayWithinTheirBounds()
    {
        var stream = new RandomStream(9, "bounds");
        for (var i = 0; i < 10_000; i++)
        {
            var number = stream.NextDouble();
            Assert.That(number, Is.InRange(0, 1 - Math.Pow(2, -53)));
            Assert.That(number * Math.Pow(2, 53) % 1, Is.Zero);
            Assert.That(stream.NextSeed(), Is.AtLeast(0));
        }
        Assert.That(stream.Counter, Is.EqualTo(20_000));
    }
}
