using MlNetLlm.Probes;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Probes;

public sealed class RowOrderTests
{
    [TestCase(1, 64)]
    [TestCase(50, 64)]
    [TestCase(64, 64)]
    [TestCase(65, 64)]
    [TestCase(1000, 100)]
    public void Windows_OfEveryEpoch_HoldEveryRowOnce(int rows, int window)
    {
        var numbers = Rows(rows, window, seed: 1).Take(rows * 3).ToList();
        foreach (var epoch in numbers.Chunk(rows)) Assert.That(epoch.Order(), Is.EqualTo(Enumerable.Range(0, rows)));
    }

    [Test]
    public void Windows_OfTwoEpochsOrSeeds_Differ()
    {
        var first = Rows(1000, 128, 1).Take(2000).ToList();
        Assert.That(first[..1000], Is.Not.EqualTo(first[1000..]));
        Assert.That(Rows(1000, 128, 2).Take(1000), Is.Not.EqualTo(first[..1000]));
        Assert.That(Rows(1000, 128, 1).Take(2000), Is.EqualTo(first));
    }

    [Test]
    public void Windows_OfManyRows_StayWithinTheirSize()
    {
        var windows = new RowOrder(10_000, 1000, new RandomStream(1, "test")).Windows().Take(11).ToList();
        Assert.That(windows.Select(window => window.Order.Length), Is.All.LessThanOrEqualTo(1000));
        Assert.That(windows.SelectMany(window => window.Ranges).Select(range => range.Count), Is.All.LessThanOrEqualTo(RowOrder.Run));
    }

    private static IEnumerable<int> Rows(long rows, int window, int seed) =>
        new RowOrder(rows, window, new RandomStream(seed, "test")).Windows().SelectMany(one =>
        {
            var numbers = one.Ranges.SelectMany(range => Enumerable.Range((int)range.First, range.Count)).ToList();
            return one.Order.Select(place => numbers[place]);
        });
}
