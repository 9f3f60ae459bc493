using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class AverageLinkageTests
{
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(30)]
    public void Cluster_OnRandomPoints_EqualsTheObviousWay(int points)
    {
        var distances = Distances(points, seed: points);

        var merges = AverageLinkage.Cluster(distances).Merges;

        Assert.That(merges.Select(merge => merge.Height), Is.EqualTo(ObviousHeights(distances)).Within(1e-6));
        Assert.That(merges.Select(merge => merge.Height), Is.Ordered);
        Assert.That(merges[^1].Size, Is.EqualTo(points));
    }

    [Test]
    public void Cluster_OfFourObjects_NumbersClustersAsSciPyDoes()
    {
        var distances = new double[,] { { 0, 1, 6, 6 }, { 1, 0, 6, 6 }, { 6, 6, 0, 2 }, { 6, 6, 2, 0 } };

        var tree = AverageLinkage.Cluster(distances);

        Assert.That(tree.Merges, Is.EqualTo(new DendrogramMerge[] { new(0, 1, 1, 2), new(2, 3, 2, 2), new(4, 5, 6, 4) }));
        Assert.That(tree.Cut(3), Is.EqualTo(Partition.Of("aabc")));
        Assert.That(tree.CutAt(2), Is.EqualTo(Partition.Of("aabb")));
        Assert.That(tree.CutAt(0.5), Is.EqualTo(Partition.Singletons(4)));
        Assert.That(tree.Cut(1), Is.EqualTo(Partition.Whole(4)));
        Assert.That(tree.Cut(9), Is.EqualTo(Partition.Singletons(4)));
    }

    [Test]
    public void Cluster_OfBadDistances_SaysWhere()
    {
        Assert.That(() => AverageLinkage.Cluster(new double[2, 1]), Throws.ArgumentException.With.Message.Contains("2 × 1"));
        Assert.That(
            () => AverageLinkage.Cluster(new[,] { { 0, double.NaN }, { double.NaN, 0 } }),
            Throws.ArgumentException.With.Message.Contains("(0, 1) is NaN"));
    }

    private static double[,] Distances(int points, int seed)
    {
        var random = new Random(seed);
        var places = Enumerable.Range(0, points).Select(_ => (X: random.NextDouble(), Y: random.NextDouble())).ToArray();
        var distances = new double[points, points];
        for (var i = 0; i < points; i++)
        {
            for (var j = 0; j < points; j++)
                distances[i, j] = Math.Sqrt(Math.Pow(places[i].X - places[j].X, 2) + Math.Pow(places[i].Y - places[j].Y, 2));
        }

        return distances;
    }

    /// <summary>Merges the two clusters with the smallest mean distance over all pairs of members, again and again.</summary>
    private static List<double> ObviousHeights(double[,] distances)
    {
        var clusters = Enumerable.Range(0, distances.GetLength(0)).Select(i => new List<int> { i }).ToList();
        var heights = new List<double>();
        while (clusters.Count > 1)
        {
            double Mean(List<int> a, List<int> b) => a.Average(i => b.Average(j => distances[i, j]));
            var (a, b) = clusters.SelectMany((a, i) => clusters.Take(i).Select(b => (a, b))).MinBy(pair => Mean(pair.a, pair.b));
            heights.Add(Mean(a, b));
            a.AddRange(b);
            clusters.Remove(b);
        }

        return heights;
    }
}
