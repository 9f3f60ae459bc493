using System.Numerics;
using MlNetLlm.Evaluation;

namespace MlNetLlm.Tests.Evaluation;

public class SignificanceTests
{
    [TestCase(Alternative.TwoSided, 2.0 / 8)]
    [TestCase(Alternative.Greater, 1.0 / 8)]
    [TestCase(Alternative.Less, 8.0 / 8)]
    public void ExactSignFlip_OfThreePositiveDifferences_IsTheLeastThreeCanGive(Alternative alternative, double expected)
        => Assert.That(Significance.ExactSignFlip([1, 2, 3], alternative), Is.EqualTo(expected));

    [Test]
    public void ExactSignFlip_OfHandCountedDifferences_CountsTies()
    {
        // Sums of ±1 ±1 ±2: 4, 2, 2, 0, 0, -2, -2, -4. Observed 1 - 1 + 2 = 2: six of eight are as far from 0.
        Assert.That(Significance.ExactSignFlip([1, -1, 2]), Is.EqualTo(6.0 / 8));
        Assert.That(Significance.ExactSignFlip([1, -1, 2], Alternative.Greater), Is.EqualTo(3.0 / 8));
        Assert.That(Significance.ExactSignFlip([0, 0]), Is.EqualTo(1));
    }

    [TestCase(Alternative.TwoSided)]
    [TestCase(Alternative.Greater)]
    [TestCase(Alternative.Less)]
    public void ExactSignFlip_OfRandomDifferences_CountsWhatEnumerationCounts(Alternative alternative)
    {
        var random = new Random(1);
        for (int n = 1; n <= 11; n++)
        {
            var differences = Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.3).ToArray();
            double observed = differences.Sum(), count = 0;
            for (int pattern = 0; pattern < 1 << n; pattern++)
            {
                double sum = differences.Select((d, i) => (pattern >> i & 1) == 0 ? d : -d).Sum();
                if (IsExtreme(sum, observed, alternative)) count++;
            }

            Assert.That(Significance.ExactSignFlip(differences, alternative), Is.EqualTo(count / (1 << n)), $"n = {n}");
        }
    }

    [Test]
    public void ExactSignFlip_OfTheMostItTakes_IsQuickAndRight()
        => Assert.That(
            Significance.ExactSignFlip(Enumerable.Repeat(0.1, 24).ToArray()), Is.EqualTo(2 / Math.Pow(2, 24)).Within(1e-15));

    [TestCase(Alternative.TwoSided)]
    [TestCase(Alternative.Greater)]
    [TestCase(Alternative.Less)]
    public void PairedPermutation_OfFewDifferences_ConvergesToTheExactTest(Alternative alternative)
    {
        double[] first = [0.9, 0.4, 0.7, 0.2, 0.8, 0.6, 0.55], second = [0.5, 0.5, 0.3, 0.1, 0.85, 0.2, 0.45];
        var differences = first.Zip(second, (a, b) => a - b).ToArray();
        double exact = Significance.ExactSignFlip(differences, alternative);
        double drawn = Significance.PairedPermutation(first, second, new Random(2), 200_000, alternative);
        Assert.That(drawn, Is.EqualTo(exact).Within(4 * Math.Sqrt(exact * (1 - exact) / 200_000) + 1e-5));
    }

    [Test]
    public void PairedPermutation_OfMoreThanThirtyOneDifferences_FlipsThemAll()
    {
        // 40 equal differences: the sum is 40 - 2 k flips, so P(|sum| ≥ 12) is that of 40 coins. Observed: 26 plus, 14 minus.
        var first = Enumerable.Range(0, 40).Select(i => i < 26 ? 1.0 : -1.0).ToArray();
        double exact = Enumerable.Range(0, 41).Where(k => Math.Abs(40 - 2 * k) >= 12).Sum(k => Choose(40, k)) / Math.Pow(2, 40);
        double drawn = Significance.PairedPermutation(first, new double[40], new Random(3), 100_000);
        Assert.That(drawn, Is.EqualTo(exact).Within(4 * Math.Sqrt(exact * (1 - exact) / 100_000)));
    }

    [Test]
    public void PairedPermutation_OfAnOverwhelmingEffect_IsNeverZero()
        => Assert.That(
            Significance.PairedPermutation(Enumerable.Repeat(1.0, 100).ToArray(), new double[100], new Random(4), 999),
            Is.EqualTo(1.0 / 1000));

    [TestCase(Alternative.TwoSided)]
    [TestCase(Alternative.Greater)]
    [TestCase(Alternative.Less)]
    public void Permutation_OfTwoSmallGroups_ConvergesToEnumeration(Alternative alternative)
    {
        double[] first = [2.1, 3.7, 4.4], second = [1.0, 2.5, 0.3, 1.9, 3.9], pooled = [.. first, .. second];
        double observed = first.Average() - second.Average(), count = 0, groups = 0;
        for (int pattern = 0; pattern < 1 << 8; pattern++)
        {
            if (BitOperations.PopCount((uint)pattern) != 3) continue;
            groups++;
            double inside = pooled.Where((_, i) => (pattern >> i & 1) == 1).Average();
            double outside = pooled.Where((_, i) => (pattern >> i & 1) == 0).Average();
            if (IsExtreme(inside - outside, observed, alternative)) count++;
        }

        double exact = count / groups, drawn = Significance.Permutation(first, second, new Random(5), 200_000, alternative);
        Assert.That(groups, Is.EqualTo(56));
        Assert.That(drawn, Is.EqualTo(exact).Within(4 * Math.Sqrt(exact * (1 - exact) / 200_000) + 1e-5));
    }

    [Test]
    public void Permutation_WithoutAnEffect_RejectsAsOftenAsItsLevel()
    {
        var (random, rejections) = (new Random(6), 0);
        for (int i = 0; i < 400; i++)
        {
            double[] Draw() => [.. Enumerable.Range(0, 8).Select(_ => random.NextDouble())];
            if (Significance.Permutation(Draw(), Draw(), random, 199) <= 0.1) rejections++;
        }

        Assert.That(rejections, Is.EqualTo(40).Within(18));                  // binomial(400, 0.1): 3 sigma
    }

    [Test]
    public void Holm_OfATextbookFamily_AdjustsAndKeepsTheOrder()
    {
        // Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1: 0.02, 0.03, 0.06 and 0.04, raised to 0.06.
        Assert.That(Significance.Holm([0.01, 0.04, 0.03, 0.005]), Is.EqualTo(new[] { 0.03, 0.06, 0.06, 0.02 }).Within(1e-12));
        Assert.That(Significance.Holm([0.7, 0.6]), Is.EqualTo(new[] { 1.0, 1.0 }));
        Assert.That(Significance.Holm([]), Is.Empty);
    }

    [Test]
    public void Holm_OfRandomFamilies_RejectsWhatTheStepDownProcedureRejects()
    {
        var random = new Random(7);
        for (int i = 0; i < 200; i++)
        {
            var p = Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.NextDouble() * 0.2).ToArray();
            var rejected = new HashSet<double>();
            foreach (double next in p.Order())
            {
                if (next > 0.05 / (p.Length - rejected.Count)) break;
                rejected.Add(next);
            }

            Assert.That(Significance.Holm(p).Select(value => value <= 0.05), Is.EqualTo(p.Select(rejected.Contains)));
        }
    }

    [Test]
    public void Tests_OfUnusableInput_SayWhatTheyGot()
    {
        var random = new Random(8);
        Assert.That(() => Significance.ExactSignFlip(new double[25]), Throws.ArgumentException.With.Message.Contains("PairedPermutation"));
        Assert.That(() => Significance.ExactSignFlip([]), Throws.ArgumentException.With.Message.Contains("got 0 values"));
        Assert.That(() => Significance.PairedPermutation([1], [1, 2], random), Throws.ArgumentException.With.Message.Contains("1 and 2"));
        Assert.That(() => Significance.Permutation([1], [2], random, 0), Throws.ArgumentException.With.Message.Contains("0 samples"));
        Assert.That(() => Significance.Holm([0.5, double.NaN]), Throws.ArgumentException.With.Message.Contains("NaN"));
    }

    private static bool IsExtreme(double value, double observed, Alternative alternative) => alternative switch
    {
        Alternative.Greater => value >= observed - 1e-9,
        Alternative.Less => value <= observed + 1e-9,
        _ => Math.Abs(value) >= Math.Abs(observed) - 1e-9,
    };

    private static double Choose(int n, int k)
    {
        double result = 1;
        for (int i = 1; i <= k; i++) result = result * (n - k + i) / i;
        return result;
    }
}
