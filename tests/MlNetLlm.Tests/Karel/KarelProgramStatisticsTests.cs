using MlNetLlm.Karel;
using static MlNetLlm.Tests.Karel.KarelToys;

namespace MlNetLlm.Tests.Karel;

public class KarelProgramStatisticsTests
{
    [Test]
    public void Statistics_OfFourPrograms_AreWhatTheHandCounts()
    {
        var statistics = new KarelProgramStatistics();
        statistics.Add([Move, Left]);
        statistics.Add([Move, Left]);
        statistics.Add([Left]);
        statistics.Add([Move, Move, Move]);
        Assert.That((statistics.Count, statistics.Unique, statistics.UniqueShare), Is.EqualTo((4, 3, 0.75)));
        Assert.That(statistics.MostFrequentShare, Is.EqualTo(0.5));
        Assert.That(statistics.MostFrequent(), Is.EqualTo(new[] { Move, Left }));
        Assert.That(statistics.MeanLength, Is.EqualTo(2));

        // Operations: 5 moves, 3 lefts. Pairs: twice (move, left), twice (move, move).
        double expected = -(5.0 / 8 * Math.Log2(5.0 / 8) + 3.0 / 8 * Math.Log2(3.0 / 8));
        Assert.That(statistics.OperationEntropy, Is.EqualTo(expected).Within(1e-12));
        Assert.That(statistics.PairEntropy, Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void Unique_OfManyPrograms_IsWhatASetCounts()
    {
        var random = new Random(10);
        var (statistics, set) = (new KarelProgramStatistics(), new HashSet<string>());
        for (int i = 0; i < 20_000; i++)
        {
            var program = RandomProgram(random, i % 21);
            statistics.Add(program);
            set.Add(string.Join(',', program));
        }

        Assert.That(statistics.Unique, Is.EqualTo(set.Count));
        Assert.That(statistics.OperationEntropy, Is.EqualTo(Math.Log2(5)).Within(0.001));
    }

    [Test]
    public void Statistics_OfNineTimesPickMarker_HaveNoEntropy()
    {
        var statistics = new KarelProgramStatistics();
        for (int i = 0; i < 100; i++) statistics.Add([Pick, Pick, Pick, Pick, Pick, Pick, Pick, Pick, Pick]);
        Assert.That((statistics.MostFrequentShare, statistics.OperationEntropy, statistics.MeanLength), Is.EqualTo((1.0, 0.0, 9.0)));
        Assert.That(statistics.MostFrequent(), Is.EqualTo(Enumerable.Repeat(Pick, 9)));
    }

    [Test]
    public void Statistics_OfNothing_AreZero()
    {
        var statistics = new KarelProgramStatistics();
        Assert.That((statistics.UniqueShare, statistics.MostFrequentShare), Is.EqualTo((0.0, 0.0)));
        Assert.That((statistics.MeanLength, statistics.OperationEntropy), Is.EqualTo((0.0, 0.0)));
        Assert.That(statistics.MostFrequent(), Is.Empty);
        Assert.That(() => statistics.Add(new KarelOperation[21]), Throws.ArgumentException.With.Message.Contains("21 operations"));
    }
}
