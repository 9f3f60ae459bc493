using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class PseudoFTests
{
    [Test]
    public void OfRows_InOneDimension_IsTheClassicF()
    {
        double[,] rows = { { 1 }, { 2 }, { 3 }, { 5 }, { 7 }, { 9 } };           // means 2 and 7; SS_B 37.5, SS_W 2 + 8

        Assert.That(PseudoF.OfRows(rows, Partition.Of("aaabbb")), Is.EqualTo(37.5 / (10.0 / 4)).Within(1e-12));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void OfRows_OnRandomRows_EqualsTheMeansFormula(int seed)
    {
        var rows = Rows(20, 6, seed, groups: 4, step: 0.5);
        var groups = Partition.Of(Enumerable.Range(0, 20).Select(i => i % 7 % 4));

        Assert.That(PseudoF.OfRows(rows, groups), Is.EqualTo(ByMeans(rows, groups)).Within(1e-10));
    }

    [Test]
    public void OfRows_OfEqualRowsOrExactGroups_IsZeroOrInfinite()
    {
        Assert.That(PseudoF.OfRows(new double[4, 2], Partition.Of("aabb")), Is.Zero);
        Assert.That(PseudoF.OfRows(new double[,] { { 1 }, { 1 }, { 4 } }, Partition.Of("aab")), Is.EqualTo(double.PositiveInfinity));
    }

    [Test]
    public void TestRows_OfSixUnits_AgreesWithAllPermutations()
    {
        double[,] rows = { { 1.0 }, { 2.5 }, { 3.1 }, { 2.9 }, { 4.4 }, { 6.0 } };
        var groups = Partition.Of("aaabbb");
        var observed = PseudoF.OfRows(rows, groups);
        var all = TestGraphs.AllPartitions(6).Where(p => p.Count == 2 && p.Sizes()[0] == 3).Select(p => PseudoF.OfRows(rows, p)).ToArray();

        var test = PseudoF.TestRows(rows, groups, seed: 1);

        Assert.That(all, Has.Length.EqualTo(10));
        Assert.That(test.Statistic, Is.EqualTo(observed));
        Assert.That(test.P, Is.EqualTo(all.Count(f => f >= observed - 1e-12) / 10.0).Within(0.02));
        Assert.That(test.NullMean, Is.EqualTo(all.Average()).Within(0.05 * all.Average()));
        Assert.That(test.Permutations, Is.EqualTo(9999));
    }

    [Test]
    public void TestRows_WithUnits_MovesThemTogether()
    {
        // Two variants of each skill are nearly the same: taken one by one they look like twice the evidence.
        var rows = new double[8, 1];
        var values = new[] { 1.0, 2, 4, 5 };
        for (var i = 0; i < 8; i++)
            rows[i, 0] = values[i / 2] + 0.01 * (i % 2);
        var (groups, units) = (Partition.Of("aaaabbbb"), Partition.Of("aabbccdd"));

        var together = PseudoF.TestRows(rows, groups, seed: 1, permutations: 4999, units);
        var alone = PseudoF.TestRows(rows, groups, seed: 1, permutations: 4999);

        Assert.That(together.Statistic, Is.EqualTo(alone.Statistic).Within(1e-9));
        Assert.That(together.P, Is.EqualTo(1 / 3.0).Within(0.03), "3 distinct splits of 4 skills");
        Assert.That(alone.P, Is.EqualTo(1 / 35.0).Within(0.01), "35 distinct splits of 8 rows");
    }

    [Test]
    public void TestRowsWithin_ExchangesLabelsInsideBlocksOnly()
    {
        // Blocks lie far apart; inside each the second row is a little higher.
        var rows = new double[12, 1];
        for (var i = 0; i < 12; i++)
            rows[i, 0] = 10 * (i / 2) + 0.1 * (i % 2);
        var (groups, blocks) = (Partition.Of("abababababab"), Partition.Of("aabbccddeeff"));

        var inside = PseudoF.TestRowsWithin(rows, groups, blocks, seed: 1, permutations: 4999);
        var free = PseudoF.TestRows(rows, groups, seed: 1, permutations: 4999);

        Assert.That(inside.Statistic, Is.EqualTo(free.Statistic));
        Assert.That(inside.P, Is.EqualTo(2 / 64.0).Within(0.01), "64 ways to swap, the best one and its mirror");
        Assert.That(free.P, Is.GreaterThan(0.5), "next to the differences between blocks it is nothing");
        Assert.That(PseudoF.TestRowsWithin(rows, groups, Partition.Of("abababababab"), 1, 99).P, Is.EqualTo(1), "nothing to swap");
    }

    [TestCase("aabb", "abcd", 3)]
    [TestCase("aaabbb", "abcdef", 10)]
    [TestCase("aabbb", "abcde", 10)]
    [TestCase("aabbccdd", "abcdefgh", 105)]
    [TestCase("aaaabbbb", "aabbccdd", 3)]
    [TestCase("aaaabbbbccccdddd", "abcdefghijklmnop", 2627625)]
    public void Splits_CountsThoseOfTheUnits(string groups, string units, double expected) =>
        Assert.That(PseudoF.Splits(Partition.Of(groups), Partition.Of(units)), Is.EqualTo(expected));

    [Test]
    public void TestRows_WithoutStructure_IsSignificantAsOftenAsItShould()
    {
        var significant = Enumerable.Range(0, 200).Count(seed =>
            PseudoF.TestRows(Rows(16, 5, seed, groups: 4, step: 0), Partition.Of("aaaabbbbccccdddd"), seed, permutations: 99).P <= 0.05);

        Assert.That(significant, Is.InRange(2, 20));             // binomial, 200 × 0.05, 99.9 % range
    }

    [Test]
    public void TestRows_WithStructure_FindsItReproducibly()
    {
        var rows = Rows(32, 56, seed: 1, groups: 4, step: 1);
        var groups = Partition.Of(Enumerable.Range(0, 32).Select(i => i % 4));

        var test = PseudoF.TestRows(rows, groups, seed: 3, permutations: 199);

        Assert.That(test.P, Is.EqualTo(1 / 200.0));
        Assert.That(test, Is.EqualTo(PseudoF.TestRows(rows, groups, seed: 3, permutations: 199)));
    }

    [Test]
    public void Test_OfBadGroupsOrUnits_SaysWhatWasExpected()
    {
        var rows = Rows(4, 2, seed: 1, groups: 2, step: 0);

        Assert.That(() => PseudoF.OfRows(rows, Partition.Whole(4)), Throws.ArgumentException.With.Message.Contains("1 groups of 4"));
        Assert.That(() => PseudoF.OfRows(rows, Partition.Singletons(4)), Throws.ArgumentException.With.Message.Contains("4 groups of 4"));
        Assert.That(
            () => PseudoF.TestRows(rows, Partition.Of("aabb"), 1, units: Partition.Of("abba")),
            Throws.ArgumentException.With.Message.Contains("Objects 0 and 3 form one unit but stand in two groups"));
        Assert.That(
            () => PseudoF.TestRows(rows, Partition.Of("aabb"), 1, units: Partition.Of("aabb")),
            Throws.ArgumentException.With.Message.Contains("2 groups of 2 units"));
        rows[2, 1] = double.NaN;
        Assert.That(() => PseudoF.OfRows(rows, Partition.Of("aabb")), Throws.ArgumentException.With.Message.Contains("is NaN"));
    }

    [Test]
    public void PermutationTest_NeverGivesZero()
    {
        Assert.That(PermutationTest.Run(5, 99, () => 1), Is.EqualTo(new PermutationTest(5, 0.01, 1, 0, 99)));
        Assert.That(PermutationTest.Run(double.PositiveInfinity, 9, () => double.PositiveInfinity).P, Is.EqualTo(1));
        Assert.That(() => PermutationTest.Run(double.NaN, 9, () => 1), Throws.ArgumentException);
    }

    private static double[,] Rows(int count, int width, int seed, int groups, double step)
    {
        var random = new Random(seed);
        var rows = new double[count, width];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < width; j++)
            {
                var noise = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                rows[i, j] = noise + (j % groups == i % groups ? step : 0);
            }
        }

        return rows;
    }

    /// <summary>F from SS_B = Σ n_g ‖mean_g − mean‖² and SS_W = Σ ‖row − mean_g‖².</summary>
    private static double ByMeans(double[,] rows, Partition groups)
    {
        var (n, width) = (rows.GetLength(0), rows.GetLength(1));
        var (between, within) = (0.0, 0.0);
        for (var j = 0; j < width; j++)
        {
            var mean = Enumerable.Range(0, n).Average(i => rows[i, j]);
            foreach (var group in groups.Groups())
            {
                var own = group.Average(i => rows[i, j]);
                between += group.Length * (own - mean) * (own - mean);
                within += group.Sum(i => (rows[i, j] - own) * (rows[i, j] - own));
            }
        }

        return between / (groups.Count - 1) / (within / (n - groups.Count));
    }
}
