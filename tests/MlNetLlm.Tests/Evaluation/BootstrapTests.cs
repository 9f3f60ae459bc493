using MathNet.Numerics.Distributions;
using MlNetLlm.Evaluation;

namespace MlNetLlm.Tests.Evaluation;

public class BootstrapTests
{
    private static readonly BootstrapOptions Percentile = new() { Method = BootstrapMethod.Percentile, Samples = 200_000 };
    private static readonly BootstrapOptions Accelerated = new() { Samples = 200_000 };
    private static readonly double[] Skewed = [0.13, 0.71, 1.19, 2.03, 9.37];

    [Test]
    public void Mean_ByPercentiles_ConvergesToTheQuantilesOfEveryPossibleResample()
    {
        var all = EveryResample(Skewed);
        var interval = Bootstrap.Mean(Skewed, new Random(1), Percentile);
        Assert.That(interval.Estimate, Is.EqualTo(Skewed.Average()).Within(1e-12));
        AssertQuantile(all, interval.Lower, 0.025);
        AssertQuantile(all, interval.Upper, 0.975);
    }

    [Test]
    public void Mean_ByDefault_ConvergesToTheFormulaOnEveryPossibleResample()
    {
        // Efron (1987) written out on the whole bootstrap distribution: n = 5 gives 3125 resamples.
        var all = EveryResample(Skewed);
        double mean = Skewed.Average();
        double below = all.Count(m => m < mean - 1e-12), equal = all.Count(m => Math.Abs(m - mean) <= 1e-12);
        double z0 = Normal.InvCDF(0, 1, (below + 0.5 * equal) / all.Length);
        double a = Skewed.Sum(x => Math.Pow(x - mean, 3)) / (6 * Math.Pow(Skewed.Sum(x => Math.Pow(x - mean, 2)), 1.5));
        double Share(double z) => Normal.CDF(0, 1, z0 + (z0 + z) / (1 - a * (z0 + z)));

        var interval = Bootstrap.Mean(Skewed, new Random(2), Accelerated);
        AssertQuantile(all, interval.Lower, Share(-1.95996398));
        AssertQuantile(all, interval.Upper, Share(1.95996398));
        Assert.That(Share(-1.95996398), Is.GreaterThan(0.03), "the skew moves the lower end up");
        Assert.That(Share(1.95996398), Is.GreaterThan(0.98), "and the upper end");
    }

    [Test]
    public void Statistic_OnTheSpatialTestData_GivesThePublishedIntervals()
    {
        // Efron and Tibshirani (1993), tables 14.1 and 14.2: variance with divisor n, 90 % intervals. Theirs come from 2000 resamples,
        // so each end has a standard error of about 2, the far one 2.8: tolerances are 3 of them.
        double[] scores = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];
        double Variance(ReadOnlySpan<int> units)
        {
            double sum = 0, squares = 0;
            foreach (int unit in units) (sum, squares) = (sum + scores[unit], squares + scores[unit] * scores[unit]);
            return squares / units.Length - sum * sum / units.Length / units.Length;
        }

        var options = new BootstrapOptions { Level = 0.9, Samples = 20_000 };
        var accelerated = Bootstrap.Statistic(26, Variance, new Random(3), options);
        var percentile = Bootstrap.Statistic(26, Variance, new Random(3), options with { Method = BootstrapMethod.Percentile });
        Assert.That(accelerated.Estimate, Is.EqualTo(171.5).Within(0.05));
        Assert.That(percentile.Lower, Is.EqualTo(100.8).Within(6));
        Assert.That(percentile.Upper, Is.EqualTo(233.9).Within(6));
        Assert.That(accelerated.Lower, Is.EqualTo(115.8).Within(6));
        Assert.That(accelerated.Upper, Is.EqualTo(259.6).Within(8.4));
    }

    [Test]
    public void Ratio_OfUnitsOfOneEach_IsTheMean()
    {
        var mean = Bootstrap.Mean(Skewed, new Random(4));
        Assert.That(Bootstrap.Ratio(Skewed, [1, 1, 1, 1, 1], new Random(4)), Is.EqualTo(mean));
        Assert.That(Bootstrap.Statistic(5, units => Average(units, Skewed), new Random(4)).Upper, Is.EqualTo(mean.Upper).Within(1e-9));
        Assert.That(Bootstrap.Statistic(5, units => Average(units, Skewed), new Random(4)).Lower, Is.EqualTo(mean.Lower).Within(1e-9));
    }

    [Test]
    public void Ratio_OfUnitsOfManySizes_IsTheRatioOfSumsAsAStatistic()
    {
        double[] right = [3, 8, 1, 0, 5, 2], positions = [4, 9, 5, 2, 5, 7];
        double Accuracy(ReadOnlySpan<int> units)
        {
            double sum = 0, of = 0;
            foreach (int unit in units) (sum, of) = (sum + right[unit], of + positions[unit]);
            return sum / of;
        }

        var (ratio, statistic) = (Bootstrap.Ratio(right, positions, new Random(5)), Bootstrap.Statistic(6, Accuracy, new Random(5)));
        Assert.That(ratio.Estimate, Is.EqualTo(19.0 / 32).Within(1e-12));
        Assert.That(ratio.Lower, Is.EqualTo(statistic.Lower).Within(1e-9));
        Assert.That(ratio.Upper, Is.EqualTo(statistic.Upper).Within(1e-9));
    }

    [Test]
    public void PairedDifference_OfPairsThatMoveTogether_SeesTheSmallDifference()
    {
        var random = new Random(6);
        var first = Enumerable.Range(0, 200).Select(_ => 100 * random.NextDouble()).ToArray();
        var second = first.Select(value => value - 1 - 0.5 * random.NextDouble()).ToArray();
        var interval = Bootstrap.PairedDifference(first, second, new Random(7));
        Assert.That(interval.Estimate, Is.EqualTo(first.Average() - second.Average()).Within(1e-9));
        Assert.That(interval.Lower, Is.GreaterThan(1.2).And.LessThan(interval.Estimate));
        Assert.That(interval.Upper, Is.LessThan(1.3).And.GreaterThan(interval.Estimate));
    }

    [Test]
    public void Mean_OfSkewedSamples_CoversTheTrueMeanAboutAsOftenAsItSays()
    {
        // Exponential values, n = 40, 500 samples: BCa covers 95 % up to an error of order 1/n, 3 sigma of 500 trials is 2.9 points.
        var (random, covered) = (new Random(8), 0);
        var options = new BootstrapOptions { Samples = 500 };
        for (int i = 0; i < 500; i++)
        {
            var values = Enumerable.Range(0, 40).Select(_ => -Math.Log(1 - random.NextDouble())).ToArray();
            if (Bootstrap.Mean(values, random, options).Contains(1)) covered++;
        }

        Assert.That(covered / 500.0, Is.InRange(0.90, 0.98));
    }

    [Test]
    public void Mean_WithTheSameSeed_GivesTheSameInterval()
    {
        Assert.That(Bootstrap.Mean(Skewed, new Random(9)), Is.EqualTo(Bootstrap.Mean(Skewed, new Random(9))));
        Assert.That(Bootstrap.Mean(Skewed, new Random(9)), Is.Not.EqualTo(Bootstrap.Mean(Skewed, new Random(10))));
    }

    [TestCase(BootstrapMethod.Percentile)]
    [TestCase(BootstrapMethod.BiasCorrectedAccelerated)]
    public void Mean_OfEqualValues_IsAPoint(BootstrapMethod method)
        => Assert.That(
            Bootstrap.Mean([2, 2, 2], new Random(11), new() { Method = method }), Is.EqualTo(new ConfidenceInterval(2, 2, 2, 0.95)));

    [Test]
    public void Bootstrap_OfUnusableInput_SaysWhatItGot()
    {
        var random = new Random(12);
        Assert.That(() => Bootstrap.Mean([1], random), Throws.ArgumentException.With.Message.Contains("got 1 values"));
        Assert.That(() => Bootstrap.PairedDifference([1, 2], [1], random), Throws.ArgumentException.With.Message.Contains("2 and 1"));
        Assert.That(() => Bootstrap.Ratio([1, 2], [1, 0], random), Throws.ArgumentException.With.Message.Contains("0 for unit 1"));
        Assert.That(() => Bootstrap.Statistic(2, _ => double.NaN, random), Throws.InvalidOperationException.With.Message.Contains("NaN"));
        var options = new BootstrapOptions { Samples = 1, Level = 1.5 };
        Assert.That(
            () => Bootstrap.Mean([1, 2], random, options),
            Throws.ArgumentException.With.Message.Contains("Samples is 1").And.Message.Contains("Level is 1.5"));
    }

    private static double Average(ReadOnlySpan<int> units, double[] values)
    {
        double sum = 0;
        foreach (int unit in units) sum += values[unit];
        return sum / units.Length;
    }

    // The means of all n^n resamples, sorted.
    private static double[] EveryResample(double[] values)
    {
        int n = values.Length;
        var means = new double[(int)Math.Pow(n, n)];
        for (int i = 0; i < means.Length; i++)
            for (int j = 0, rest = i; j < n; j++, rest /= n) means[i] += values[rest % n] / n;
        Array.Sort(means);
        return means;
    }

    // The share of resamples at or below the value reaches the one asked for, and the share below it does not go beyond, up to 0.0015:
    // 3 standard errors of a share of 5 % in 200,000 resamples.
    private static void AssertQuantile(double[] sorted, double value, double share)
    {
        Assert.That(sorted.Count(m => m <= value + 1e-9) / (double)sorted.Length, Is.GreaterThanOrEqualTo(share - 0.0015));
        Assert.That(sorted.Count(m => m < value - 1e-9) / (double)sorted.Length, Is.LessThanOrEqualTo(share + 0.0015));
    }
}
