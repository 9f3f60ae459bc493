using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class AgreementTests
{
    /// <summary>The expected values have six places.</summary>
    private const double Printed = 1e-6;

    // Worked out with networkx and by hand; row 2's information measures are scikit-learn's own test constants.
    [TestCase("000111", "010122", 0.666667, 0.242424, 0.462098, 0.277259, 0.515804, 0.298792, 0.285714, 0.333333, 0.444444)]
    [TestCase(
        "11111122222233333", "11112122223133322", 0.691176, 0.266940, 0.410219, 0.150425, 0.378350, 0.278210, 0.322581, 0.545455, 0.552910)]
    [TestCase("0011", "1100", 1, 1, 0.693147, 0.231049, 1, 1, 1, 0, 1)]
    [TestCase("0011", "0101", 0.333333, -0.5, 0, 0.231049, 0, -0.5, 0, 0.333333, 0.333333)]
    [TestCase("001122", "001222", 0.8, 0.444444, 0.780355, 0.503096, 0.739667, 0.502361, 0.4, 0.714286, 0.722222)]
    public void Measures_OfKnownLabels_EqualScikitLearn(
        string first, string second, double rand, double ari, double mi, double expectedMi, double nmi, double ami, double pairs,
        double labels, double best)
    {
        var (a, b) = (Partition.Of(first), Partition.Of(second));

        Assert.That(Agreement.Rand(a, b), Is.EqualTo(rand).Within(Printed));
        Assert.That(Agreement.AdjustedRand(a, b), Is.EqualTo(ari).Within(Printed));
        Assert.That(Agreement.MutualInformation(a, b), Is.EqualTo(mi).Within(Printed));
        Assert.That(Agreement.ExpectedMutualInformation(a, b), Is.EqualTo(expectedMi).Within(Printed));
        Assert.That(Agreement.NormalisedMutualInformation(a, b), Is.EqualTo(nmi).Within(Printed));
        Assert.That(Agreement.AdjustedMutualInformation(a, b), Is.EqualTo(ami).Within(Printed));
        Assert.That(Agreement.PairJaccard(a, b), Is.EqualTo(pairs).Within(Printed));
        Assert.That(Agreement.LabelJaccard(Numbers(first), Numbers(second)), Is.EqualTo(labels).Within(Printed));
        Assert.That(Agreement.BestMatchJaccard(a, b), Is.EqualTo(best).Within(Printed));
    }

    [Test]
    public void Measures_OfKarateBestAndClubs_EqualScikitLearn()         // values of networkx
    {
        var (a, b) = (KarateClub.Best, KarateClub.Clubs);

        Assert.That(Agreement.Rand(a, b), Is.EqualTo(0.736185383).Within(1e-9));
        Assert.That(Agreement.AdjustedRand(a, b), Is.EqualTo(0.464591098).Within(1e-9));
        Assert.That(Agreement.NormalisedMutualInformation(a, b), Is.EqualTo(0.587849707).Within(1e-9));
        Assert.That(Agreement.AdjustedMutualInformation(a, b), Is.EqualTo(0.566665878).Within(1e-9));
        Assert.That(Agreement.PairJaccard(a, b), Is.EqualTo(0.477031802).Within(1e-9));
    }

    [TestCase("aaaa")]
    [TestCase("abcd")]
    [TestCase("aabb")]
    [TestCase("")]
    public void Measures_OfEqualPartitions_AreOne(string labels)
    {
        var (a, b) = (Partition.Of(labels), Partition.Of(labels.ToUpperInvariant()));

        double[] measures =
        [
            Agreement.Rand(a, b), Agreement.AdjustedRand(a, b), Agreement.NormalisedMutualInformation(a, b),
            Agreement.AdjustedMutualInformation(a, b), Agreement.PairJaccard(a, b), Agreement.BestMatchJaccard(a, b),
        ];
        Assert.That(measures, Is.All.EqualTo(1).Within(1e-15));
    }

    [Test]
    public void Measures_OfOneCommunityAgainstSingletons_AreZero()
    {
        var (a, b) = (Partition.Whole(6), Partition.Singletons(6));

        Assert.That(Agreement.AdjustedRand(a, b), Is.Zero);
        Assert.That(Agreement.NormalisedMutualInformation(a, b), Is.Zero);
        Assert.That(Agreement.AdjustedMutualInformation(a, b), Is.EqualTo(0).Within(1e-12));
    }

    [Test]
    public void AdjustedMeasures_OverAllArrangements_AverageZero()
    {
        var fixedOne = Partition.Of("aaabbc");
        var others = Arrangements("xxyyzz").Distinct().Select(labels => Partition.Of(labels)).ToArray();

        Assert.That(others, Has.Length.EqualTo(90));
        Assert.That(others.Average(other => Agreement.AdjustedRand(fixedOne, other)), Is.EqualTo(0).Within(1e-12));
        Assert.That(others.Average(other => Agreement.AdjustedMutualInformation(fixedOne, other)), Is.EqualTo(0).Within(1e-12));
        Assert.That(
            others.Average(other => Agreement.MutualInformation(fixedOne, other)),
            Is.EqualTo(Agreement.ExpectedMutualInformation(fixedOne, others[0])).Within(1e-12));
    }

    [Test]
    public void Measures_WithManyCommunities_EqualThoseByPairs()
    {
        var random = new Random(3);
        var a = Partition.Of(Enumerable.Range(0, 900).Select(_ => random.Next(700)));       // beyond the full table
        var b = Partition.Of(Enumerable.Range(0, 900).Select(node => random.Next(4) == 0 ? a[node] : random.Next(700)));
        var (both, either, same) = (0, 0, 0);
        for (var i = 0; i < 900; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (inA, inB) = (a[i] == a[j], b[i] == b[j]);
                both += inA && inB ? 1 : 0;
                either += inA || inB ? 1 : 0;
                same += inA == inB ? 1 : 0;
            }
        }

        Assert.That(Agreement.PairJaccard(a, b), Is.EqualTo((double)both / either).Within(1e-12));
        Assert.That(Agreement.Rand(a, b), Is.EqualTo(same / (900 * 899 / 2.0)).Within(1e-12));
    }

    [Test]
    public void MeanAdjustedRand_OfThreePartitions_AveragesThePairs()
    {
        Partition[] runs = [Partition.Of("aabb"), Partition.Of("abab"), Partition.Of("bbaa")];

        Assert.That(Agreement.MeanAdjustedRand(runs), Is.EqualTo((1 - 0.5 - 0.5) / 3).Within(1e-15));
        Assert.That(Agreement.MeanAdjustedRand([runs[0]]), Is.EqualTo(1));
    }

    [Test]
    public void Measures_OfDifferentNodes_Throw()
    {
        Assert.That(
            () => Agreement.AdjustedRand(Partition.Whole(3), Partition.Whole(4)),
            Throws.ArgumentException.With.Message.EqualTo("The partition covers 4 nodes, the other partition has 3."));
        Assert.That(() => Agreement.LabelJaccard([1], [1, 2]), Throws.ArgumentException);
    }

    [TestCase(1, 5)]
    [TestCase(4, 4)]
    [TestCase(5, 3)]
    public void Highest_OnRandomScores_EqualsTheBestOfAllMatchings(int rows, int columns)
    {
        var random = new Random(rows);
        for (var trial = 0; trial < 50; trial++)
        {
            var scores = new double[rows, columns];
            for (var i = 0; i < rows * columns; i++)
                scores[i / columns, i % columns] = Math.Round(random.NextDouble() * 4 - 2, 1);

            var pairs = Assignment.Highest(scores);

            Assert.That(pairs.Select(pair => pair.Row), Is.Ordered.And.Unique);
            Assert.That(pairs.Select(pair => pair.Column), Is.Unique);
            Assert.That(pairs, Has.Length.EqualTo(Math.Min(rows, columns)));
            Assert.That(pairs.Sum(pair => scores[pair.Row, pair.Column]), Is.EqualTo(BestSum(scores)).Within(1e-12));
        }
    }

    private static double BestSum(double[,] scores)
    {
        var (rows, columns) = (scores.GetLength(0), scores.GetLength(1));
        if (rows > columns)
        {
            var turned = new double[columns, rows];
            for (var i = 0; i < rows * columns; i++)
                turned[i % columns, i / columns] = scores[i / columns, i % columns];
            return BestSum(turned);
        }

        double From(int row, int used) => row == rows ? 0 : Enumerable.Range(0, columns)
            .Where(column => (used & 1 << column) == 0)
            .Max(column => scores[row, column] + From(row + 1, used | 1 << column));
        return From(0, 0);
    }

    private static IEnumerable<string> Arrangements(string letters) => letters.Length <= 1
        ? [letters]
        : letters.SelectMany((letter, i) => Arrangements(letters.Remove(i, 1)).Select(rest => letter + rest));

    private static int[] Numbers(string labels) => [.. labels.Select(label => label - '0')];
}
